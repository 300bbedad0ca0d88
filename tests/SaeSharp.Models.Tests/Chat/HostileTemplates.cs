using CsCheck;
using SaeSharp.Models.Chat;

namespace SaeSharp.Models.Tests.Chat;

/// <summary>A template is a program of somebody else: whatever it does ends, in bounded memory, in a text or a typed error.</summary>
public class HostileTemplates
{
    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{{ 1 }}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='abcdefgh') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x == ns.x[0] }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x | tojson }}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{{ 'a' * 10 ** 12 }}")]
    [InlineData("{{ [1] * 10 ** 12 }}")]
    [InlineData("{{ 10 ** (10 ** 5) }}")]
    [InlineData("{{ 'a'.center(10 ** 12) }}")]
    [InlineData("{{ 'a'.zfill(10 ** 12) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ 'a' | indent(10 ** 12) }}")]
    [InlineData("{{ [[1]] | tojson(indent=10 ** 9) }}")]
    [InlineData("{{ [1] | batch(10 ** 9, 'x') | list }}")]
    [InlineData("{{ [1] | slice(10 ** 9) | list }}")]
    [InlineData("{{ ('x' * 9999).replace('', 'y' * 9999) }}")]
    [InlineData("{% set ns = namespace(x=[0], y=[0]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("{% set ns = namespace(x=(0,), y=(0,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}{{ {ns.x: 1, ns.y: 2} }}")]
    [InlineData("{% set ns = namespace(x=(), y=()) %}{% for i in range(99999) %}{% set ns.x = (ns.x,) %}{% set ns.y = (ns.y,) %}{% endfor %}{{ {ns.x: 1, ns.y: 2} }}")]
    [InlineData("{% set x = range(99999) | list %}{% for i in range(99999) %}{{ x | max }}{% endfor %}")]
    [InlineData("{{ ('a' * 3999999).strip('b' * 1999999 ~ 'a') }}")]
    [InlineData("{{ ('a' * 3999999).find('a' * 999999 ~ 'b' ~ 'a' * 999999) }}")]
    [InlineData("{{ 'a' * 999999 ~ 'b' ~ 'a' * 999999 in 'a' * 3999999 }}")]
    public void Too_much_of_anything_is_a_typed_error_in_bounded_memory(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ChatTemplateException>(() => Renderings.Text(template));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L << 30); // all garbage together: each step makes little
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "-", "1", "", " }}")]
    [InlineData("{{ ", "1 if 1 else ", "1", "", " }}")]
    [InlineData("{{ 1", " + 1", "", "", " }}")]
    [InlineData("{{ x", ".x", "", "", " }}")]
    [InlineData("", "{% if 1 %}", "a", "{% endif %}", "")]
    [InlineData("", "{% for x in [1] %}", "a", "{% endfor %}", "")]
    public void Nesting_without_end_is_a_typed_error(string begin, string open, string middle, string close, string end)
    {
        var template = begin + string.Concat(Enumerable.Repeat(open, 100_000)) + middle + string.Concat(Enumerable.Repeat(close, 100_000)) + end;
        Assert.Throws<ChatTemplateException>(() => Renderings.Text(template));
    }

    [Fact]
    public void Ten_thousand_damaged_templates_end_in_a_text_or_a_typed_error()
    {
        var sources = FamilyTemplates.All.Select(template => template.Source).ToArray();
        Gen.Select(Gen.Int[0, sources.Length - 1], Gen.Int[0, 10_000], Gen.Int[0, 10_000], Gen.Int[0, 3]).Sample((which, at, other, kind) =>
        {
            var source = sources[which];
            var (i, j) = (at % source.Length, other % source.Length);
            var damaged = kind switch
            {
                0 => source.Remove(i, Math.Min(1 + j % 7, source.Length - i)),
                1 => source.Insert(i, source[j..Math.Min(j + 9, source.Length)]),
                2 => source[..i],
                _ => source.Remove(i, 1).Insert(i, source[j].ToString()),
            };
            try
            {
                _ = Renderings.Chat(damaged, ("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "More"));
            }
            catch (ChatTemplateException)
            {
                // told
            }
        }, iter: 10_000);
    }
}
