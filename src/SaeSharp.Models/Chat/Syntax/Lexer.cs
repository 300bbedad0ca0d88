namespace SaeSharp.Models.Chat.Syntax;

/// <summary>Cuts a template into words. Its options are those that chat templates are written for: <c>trim_blocks</c> and <c>lstrip_blocks</c> on, one newline at the end dropped.</summary>
/// <remarks>A block or comment alone on its line takes the line with it: the spaces before it and one newline after it, unless <c>+</c> stands inside its bracket; <c>-</c> takes all white space there.</remarks>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _at;
    private int _line = 1;
    private int _counted;
    private bool _atLineStart = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Read(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (NextBracket() is var bracket and >= 0)
        {
            var kind = _source[bracket + 1];
            var data = _source[_at..bracket];
            _at = bracket + 2;
            var sign = TakeSign();
            if (kind == '%' && RawBegin() is var raw and >= 0)
            {
                AddData(Stripped(data, sign, isPrint: false));
                Raw(raw);
                continue;
            }
            AddData(Stripped(data, sign, kind == '{'));
            if (kind == '#') Comment();
            else Tag(kind == '{' ? TokenKind.PrintBegin : TokenKind.BlockBegin);
        }
        AddData(_source[_at..]);
        Add(TokenKind.End, "");
    }

    /// <summary>Where the next bracket opens, or −1.</summary>
    private int NextBracket()
    {
        for (var at = _source.IndexOf('{', _at); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
            if (_source[at + 1] is '{' or '%' or '#') return at;
        return -1;
    }

    private char TakeSign() => _at < _source.Length && _source[_at] is '-' or '+' ? _source[_at++] : '\0';

    private string Stripped(string data, char sign, bool isPrint)
    {
        if (sign == '-') return PythonSpace.TrimEnd(data);
        if (sign == '+' || isPrint) return data;
        var lineStart = data.LastIndexOf('\n') + 1;
        var alone = (lineStart > 0 || _atLineStart) && lineStart < data.Length && PythonSpace.SkipFrom(data, lineStart) == data.Length;
        return alone ? data[..lineStart] : data;
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw ChatTemplateException.Syntax("Missing end of comment tag", Line());
        var before = end > _at ? _source[end - 1] : '\0';
        _at = end + 2;
        AfterBlock(before);
    }

    /// <summary>Where the data of a raw block begins, or −1 where this is no raw block.</summary>
    private int RawBegin()
    {
        var at = PythonSpace.SkipFrom(_source, _at);
        if (string.CompareOrdinal(_source, at, "raw", 0, 3) != 0) return -1;
        at = PythonSpace.SkipFrom(_source, at + 3);
        if (string.CompareOrdinal(_source, at, "%}", 0, 2) == 0) return at + 2;
        return string.CompareOrdinal(_source, at, "-%}", 0, 3) == 0 ? PythonSpace.SkipFrom(_source, at + 3) : -1;
    }

    private void Raw(int start)
    {
        _atLineStart = start > 0 && _source[start - 1] == '\n';
        for (var open = _source.IndexOf("{%", start, StringComparison.Ordinal); open >= 0; open = _source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            _at = open + 2;
            var sign = TakeSign();
            var at = PythonSpace.SkipFrom(_source, _at);
            if (string.CompareOrdinal(_source, at, "endraw", 0, 6) != 0) continue;
            at = PythonSpace.SkipFrom(_source, at + 6);
            var closing = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : '\0';
            if (string.CompareOrdinal(_source, at, "%}", 0, 2) != 0) continue;
            AddData(Stripped(_source[start..open], sign, isPrint: false));
            _at = at + 2;
            AfterBlock(closing);
            return;
        }
        throw ChatTemplateException.Syntax("Missing end of raw directive", Line());
    }

    private void Tag(TokenKind begin)
    {
        Add(begin, "");
        var words = new TagLexer(_source);
        _open.Clear();
        while (true)
        {
            if (_open.Count == 0 && TryEnd(begin)) return;
            var space = PythonSpace.SkipFrom(_source, _at);
            if (space > _at)
            {
                _at = space;
                continue;
            }
            if (_at >= _source.Length) throw ChatTemplateException.Syntax("unexpected end of template inside a tag", Line());
            var (kind, text, end) = words.Next(_at, Line());
            if (kind == TokenKind.Operator) Balance(text[0]);
            Add(kind, text);
            _at = end;
        }
    }

    private bool TryEnd(TokenKind begin)
    {
        var closing = begin == TokenKind.PrintBegin ? "}}" : "%}";
        var sign = _source.AsSpan(_at) is ['-', ..] or ['+', ..] ? _source[_at] : '\0';
        if (sign == '+' && begin == TokenKind.PrintBegin) return false;
        if (string.CompareOrdinal(_source, _at + (sign == '\0' ? 0 : 1), closing, 0, 2) != 0) return false;
        Add(begin == TokenKind.PrintBegin ? TokenKind.PrintEnd : TokenKind.BlockEnd, "");
        _at += sign == '\0' ? 2 : 3;
        if (begin == TokenKind.PrintBegin && sign == '\0') _atLineStart = false;
        else AfterBlock(sign);
        return true;
    }

    private void AfterBlock(char sign)
    {
        var start = _at;
        if (sign == '-') _at = PythonSpace.SkipFrom(_source, _at);
        else if (sign != '+' && _at < _source.Length && _source[_at] == '\n') _at++;
        _atLineStart = _at > start && _source[_at - 1] == '\n';
    }

    private void Balance(char letter)
    {
        if (letter is '{' or '(' or '[') _open.Push(letter switch { '{' => '}', '(' => ')', _ => ']' });
        else if (letter is '}' or ')' or ']' && (_open.Count == 0 || _open.Pop() != letter)) throw ChatTemplateException.Syntax($"unexpected '{letter}'", Line());
    }

    private void AddData(string data)
    {
        if (data.Length > 0) Add(TokenKind.Data, data);
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new(kind, text, Line()));

    private int Line()
    {
        var end = Math.Min(_at, _source.Length);
        if (end > _counted)
        {
            _line += _source.AsSpan(_counted, end - _counted).Count('\n');
            _counted = end;
        }
        return _line;
    }
}
