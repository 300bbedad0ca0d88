using System.Globalization;

namespace SaeSharp.Numerics.Files.Numpy;

/// <summary>Parses the one form of Python text that NumPy headers have: a dict of <c>descr</c>, <c>fortran_order</c> and <c>shape</c>, in any order. Anything else is an error.</summary>
internal sealed class NumpyDictionary
{
    private const int MaxAxes = 64;
    private readonly string _file, _part, _text;
    private int _at;

    private NumpyDictionary(string file, string part, string text) => (_file, _part, _text) = (file, part, text);

    /// <summary>The three values.</summary>
    public static (string Type, bool IsFortran, long[] Shape) Parse(string file, string part, string text)
    {
        var reader = new NumpyDictionary(file, part, text);
        string? type = null;
        bool? isFortran = null;
        long[]? shape = null;
        reader.Expect('{');
        while (!reader.Accept('}'))
        {
            var key = reader.Quoted();
            reader.Expect(':');
            switch (key)
            {
                case "descr" when type is null: type = reader.Quoted(); break;
                case "fortran_order" when isFortran is null: isFortran = reader.Flag(); break;
                case "shape" when shape is null: shape = reader.Sizes(); break;
                default: throw reader.Error($"'{Printable.Of(key)}' is given twice or is none of descr, fortran_order and shape");
            }
            if (!reader.Accept(','))
            {
                reader.Expect('}');
                break;
            }
        }
        reader.SkipSpace();
        if (reader._at != text.Length) throw reader.Error("something follows the dict");
        return type is not null && isFortran is { } order && shape is not null ? (type, order, shape) : throw reader.Error("descr, fortran_order or shape is missing");
    }

    private string Quoted()
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] is not ('\'' or '"')) throw Error("expected a text in quotes: descr names one plain type");
        var end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0) throw Error("a text has no end");
        var value = _text[(_at + 1)..end];
        if (value.Contains('\\', StringComparison.Ordinal)) throw Error("a text has an escape");
        _at = end + 1;
        return value;
    }

    private bool Flag()
    {
        SkipSpace();
        foreach (var (word, value) in new[] { ("True", true), ("False", false) })
        {
            if (!_text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal)) continue;
            _at += word.Length;
            return value;
        }
        throw Error("fortran_order is neither True nor False");
    }

    private long[] Sizes()
    {
        var sizes = new List<long>();
        Expect('(');
        while (!Accept(')'))
        {
            if (sizes.Count == MaxAxes) throw Error($"shape has more than {MaxAxes} axes");
            sizes.Add(Size());
            var comma = Accept(',');
            if (comma) continue;
            if (sizes.Count == 1) throw Error("shape is a number in parentheses, expected a tuple");
            Expect(')');
            break;
        }
        return [.. sizes];
    }

    /// <summary>A whole number; Python 2 wrote long ones with an L.</summary>
    private long Size()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        if (!long.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var size)) throw Error("a size of shape is no whole number from 0 to 2^63 - 1");
        if (_at < _text.Length && _text[_at] == 'L') _at++;
        return size;
    }

    private bool Accept(char wanted)
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] != wanted) return false;
        _at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted)) throw Error($"expected '{wanted}'");
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (' ' or '\n' or '\t')) _at++;
    }

    private FileException Error(string reason) => FileException.Malformed(_file, _part, $"at character {_at} of its dict: {reason}");
}
