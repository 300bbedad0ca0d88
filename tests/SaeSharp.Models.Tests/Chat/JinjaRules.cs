using SaeSharp.Models.Chat;

namespace SaeSharp.Models.Tests.Chat;

/// <summary>What Jinja and Python make of an expression or a statement; each row was checked with Jinja2 3.1.6 and transformers' settings.</summary>
public class JinjaRules
{
    private const string Variables = """
        {"xs":[3,1,2],"d":{"b":1,"a":{"x":[1,2]},"n":null},"s":"  Hello World  ","u":"Grüße 😀 été","n":null,"zero":0,"html":"<a href='x'>&","lines":"a\nb\n\n c",
         "ms":[{"role":"user","n":2},{"role":"assistant","n":1},{"role":"user","n":3}]}
        """;

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("-7 // 2", "-4")]
    [InlineData("-7 % 3", "2")]
    [InlineData("7.5 % -2", "-0.5")]
    [InlineData("2 ** 3 ** 2", "64")] // Jinja's power binds to the left
    [InlineData("2 ** -1", "0.5")]
    [InlineData("4 / 2", "2.0")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("1e16", "1e+16")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("0x1F + 0b101", "36")]
    [InlineData("1 < 2 < 3", "True")]
    [InlineData("1 == 1.0 == true", "True")]
    [InlineData("9 not in xs", "True")]
    [InlineData("'a' ~ 1 ~ none ~ [1,'x'] ~ missing", "a1None[1, 'x']")]
    [InlineData("0 or 'x'", "x")]
    [InlineData("1 if 0", "")]
    [InlineData("{'a': 1, 2: none, true: (1,)}", "{'a': 1, 2: None, True: (1,)}")]
    [InlineData("\"it's\" ~ ['it\\'s', 'a\"b']", "it's[\"it's\", 'a\"b']")]
    [InlineData("xs[::-1]", "[2, 1, 3]")]
    [InlineData("u[::-1]", "été 😀 eßürG")]
    [InlineData("u | length", "11")]
    [InlineData("u[6]", "😀")]
    [InlineData("d.zz is defined", "False")]
    [InlineData("d['a'].x[-1]", "2")]
    [InlineData("s | trim | title", "Hello World")]
    [InlineData("'hello wORLD-foo (bar)' | title", "Hello World-Foo (Bar)")]
    [InlineData("ms | selectattr('role', 'equalto', 'user') | map(attribute='n') | list", "[2, 3]")]
    [InlineData("ms | rejectattr('n', 'gt', 1) | list | length", "1")]
    [InlineData("(ms | selectattr('role', 'equalto', 'nobody')) and 'always'", "always")] // a generator counts as true
    [InlineData("ms | sort(attribute='n') | map(attribute='n') | join(',')", "1,2,3")]
    [InlineData("['b','A','c'] | sort", "['A', 'b', 'c']")]
    [InlineData("['a','A','b'] | unique | join", "ab")]
    [InlineData("xs | batch(2, 'z') | list", "[[3, 1], [2, 'z']]")]
    [InlineData("d | dictsort", "[('a', {'x': [1, 2]}), ('b', 1), ('n', None)]")]
    [InlineData("missing | default('x') ~ n | default('y') ~ n | default('z', true)", "xNonez")]
    [InlineData("lines | indent(2, true)", "  a\n  b\n\n   c")]
    [InlineData("2.5 | round ~ ' ' ~ 0.125 | round(2) ~ ' ' ~ 2.675 | round(2)", "2.0 0.12 2.67")]
    [InlineData("'3.7' | int ~ 'x' | int(7) ~ '0x1f' | int(0, 16)", "3731")]
    [InlineData("d | tojson", "{\"b\": 1, \"a\": {\"x\": [1, 2]}, \"n\": null}")]
    [InlineData("d | tojson(indent=1)", "{\n \"b\": 1,\n \"a\": {\n  \"x\": [\n   1,\n   2\n  ]\n },\n \"n\": null\n}")]
    [InlineData("u | tojson ~ html | tojson", "\"Grüße 😀 été\"\"<a href='x'>&\"")]
    [InlineData("html | e", "&lt;a href=&#39;x&#39;&gt;&amp;")]
    [InlineData("'<' + (html | safe)", "&lt;<a href='x'>&")] // what is safe escapes its neighbour
    [InlineData("'a,b,,c'.split(',', 1)", "['a', 'b,,c']")]
    [InlineData("' a  b c '.split(none, 1)", "['a', 'b c ']")]
    [InlineData("' a  b c '.rsplit(none, 1)", "[' a  b', 'c']")]
    [InlineData("'a,b,c'.rsplit(',')", "['a', 'b', 'c']")]
    [InlineData("'aaaaa'.rsplit('aa')", "['a', '', '']")]
    [InlineData("'aaaaa'.rsplit('aa', 1)", "['aaa', '']")]
    [InlineData("'abc'.startswith(('x', 'a'))", "True")]
    [InlineData("'xxabxx'.strip('x') ~ 'abcabc'.rfind('c')", "ab5")]
    [InlineData("'{0} {a} {0:.2f}'.format(1.005, a='x')", "1.005 x 1.00")]
    [InlineData("'%s %05.1f %-4d|' % ('a', 2.25, 7)", "a 002.2 7   |")]
    [InlineData("d.get('q', 5) ~ d.keys() | list | length", "53")]
    [InlineData("range(10, 0, -3) | list", "[10, 7, 4, 1]")]
    [InlineData("namespace(a=1).a", "1")]
    [InlineData("1 is odd and 2 is even and 6 is divisibleby 3 and xs is sequence and d is mapping", "True")]
    [InlineData("''.__class__", "")]
    public void An_expression_has_the_value_that_Python_gives_it(string expression, string expected) =>
        Assert.Equal(expected, Renderings.Text($"{{{{ {expression} }}}}", Variables));

    [Theory]
    [InlineData("{% if true %}\n  a\n{% endif %}\nb\n", "  a\nb")]
    [InlineData("  {% if true %}a{% endif %}\n", "a")]
    [InlineData("  {%+ if true %}a{% endif +%}\nb", "  a\nb")]
    [InlineData("x  {%- if true -%}  a  {%- endif -%}\n y", "xay")]
    [InlineData("a {# note #}\nb", "a b")]
    [InlineData("{% raw %}{{ x }}{% endraw %}", "{{ x }}")]
    [InlineData("{{ 'a' }}\n\n", "a\n")]
    [InlineData("{{ {'a': '}}'}.a }}", "}}")]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    public void White_space_goes_as_trim_blocks_and_lstrip_blocks_say(string template, string expected) => Assert.Equal(expected, Renderings.Text(template));

    [Theory]
    [InlineData("{% set x = 1 %}{% for i in [1,2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "2 3 1")]
    [InlineData("{% set ns = namespace(x=1) %}{% for i in [1,2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}", "4")]
    [InlineData("{% for i in range(5) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{% for i in [] %}{{ i }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() if v > 1 %}{{ k }}{{ loop.length }}{{ loop.first }}{{ loop.last }}{% endfor %}", "b1TrueTrue")]
    [InlineData("{% for x in 'abc' %}{{ loop.previtem }}{{ loop.index }}{{ loop.revindex0 }}{{ loop.nextitem }}{{ loop.cycle('-', '+') }}{% endfor %}", "12b-a21c+b30-")]
    [InlineData("{% macro f(a, b='B') %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1) }}|{{ f(1, 2, 3, c=4) }}", "1B(){}|12(3,){'c': 4}")]
    [InlineData("{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210")]
    [InlineData("{% macro box(x) %}[{{ x }}:{{ caller(1) }}]{% endmacro %}{% call(y) box('a') %}{{ y + 1 }}{% endcall %}", "[a:2]")]
    [InlineData("{% set x | upper %}a{{ 'b' }}{% endset %}{{ x }}", "AB")]
    [InlineData("{% set a, b = 1, 2 %}{% with a = 5, c = a %}{{ a }}{{ b }}{{ c }}{% endwith %}{{ a }}", "5211")]
    [InlineData("{% filter replace('a', 'b') | upper %}banana{% endfilter %}", "BBNBNB")]
    [InlineData("{% generation %}{{ 1 }}{% endgeneration %}", "1")]
    [InlineData("{{ messages[0].role }}{{ tools is none }}{{ add_generation_prompt }}{{ bos_token }}{{ unk_token }}", "userTrueTrue<s>")]
    public void A_statement_does_what_Jinja_does(string template, string expected) => Assert.Equal(expected, Renderings.Text(template));

    [Theory]
    [InlineData("{{ raise_exception('No ' ~ 1) }}", "TemplateError", "No 1")]
    [InlineData("{{ missing.x }}", "UndefinedError", "'missing' is undefined")]
    [InlineData("{{ messages[0].x.y }}", "UndefinedError", "'dict object' has no attribute 'x'")]
    [InlineData("{{ none.x + 1 }}", "UndefinedError", "'None' has no attribute 'x'")]
    [InlineData("{{ 'a' + 1 }}", "TypeError", "can only concatenate str (not \"int\") to str")]
    [InlineData("{{ 1 + 'a' }}", "TypeError", "unsupported operand type(s) for +: 'int' and 'str'")]
    [InlineData("{{ 'a' < 1 }}", "TypeError", "'<' not supported between instances of 'str' and 'int'")]
    [InlineData("{{ 1 // 0 }}", "ZeroDivisionError", "integer division or modulo by zero")]
    [InlineData("{% for x in 5 %}{% endfor %}", "TypeError", "'int' object is not iterable")]
    [InlineData("{{ messages.append(1) }}", "SecurityError", "access to attribute 'append' of 'list' object is unsafe.")]
    [InlineData("{% set messages.x = 1 %}", "TemplateRuntimeError", "cannot assign attribute on non-namespace object")]
    [InlineData("{{ 'x' | trm }}", "TemplateAssertionError", "No filter named 'trm'.")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "TypeError", "macro 'f' takes not more than 1 argument(s)")]
    [InlineData("{{ range(200000) }}", "OverflowError", "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")]
    public void What_cannot_be_done_is_an_error_of_the_kind_and_words_that_authors_know(string template, string kind, string message)
    {
        var error = Assert.Throws<ChatTemplateException>(() => Renderings.Text(template));
        Assert.Equal((kind, message), (error.Kind, error.Message));
        Assert.NotEmpty(error.Hint);
    }

    [Theory]
    [InlineData("{% if x %}", "line 1")]
    [InlineData("a\n{{ 1 + }}", "line 2")]
    [InlineData("{{ x", "inside a tag")]
    [InlineData("{# x", "end of comment")]
    [InlineData("{% fro x in y %}{% endfor %}", "nearest known is 'for'")]
    [InlineData("{% break %}", "outside a loop")]
    [InlineData("{{ 'abc }}", "never closed")]
    [InlineData("{{ (1] }}", "unexpected ']'")]
    public void A_template_that_is_wrong_is_refused_when_it_is_read(string template, string fact) =>
        Assert.Contains(fact, Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_date_is_the_clock_s_in_English()
    {
        var clock = new FixedClock(new(2024, 7, 4, 5, 6, 7, TimeSpan.Zero));
        var text = ChatTemplate.Parse("{{ strftime_now('%d %b %Y, %A %-d %H:%M %%') }}").Render(Conversation.OfUser("Hi"), new() { Clock = clock }).Text;
        Assert.Equal("04 Jul 2024, Thursday 4 05:06 %", text);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
