namespace SaeSharp.Models.Chat.Syntax;

/// <summary>The words of a template while a parser goes through them, and how deep it is.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private const int MaxDepth = 100;
    private int _next;
    private int _depth;

    public Token Current => tokens[_next];

    public Token Following => tokens[Math.Min(_next + 1, tokens.Count - 1)];

    public Token Take() => tokens[_next < tokens.Count - 1 ? _next++ : _next];

    public bool At(TokenKind kind) => Current.Kind == kind;

    public bool AtName(params ReadOnlySpan<string> names) => At(TokenKind.Name) && names.Contains(Current.Text);

    public bool AtOperator(params ReadOnlySpan<string> operators) => At(TokenKind.Operator) && operators.Contains(Current.Text);

    public bool TrySkipName(string name) => AtName(name) && Skip();

    public bool TrySkip(string op) => AtOperator(op) && Skip();

    public Token Expect(TokenKind kind, string what) => At(kind) ? Take() : throw Unexpected(what);

    public void ExpectOperator(string op)
    {
        if (!TrySkip(op)) throw Unexpected($"'{op}'");
    }

    public void ExpectName(string name)
    {
        if (!TrySkipName(name)) throw Unexpected($"'{name}'");
    }

    public ChatTemplateException Unexpected(string expected) => ChatTemplateException.Syntax($"'{Current}' stands where {expected} is expected", Current.Line);

    /// <summary>Reads something that stands inside something else.</summary>
    public T Inside<T>(Func<T> read)
    {
        if (++_depth > MaxDepth) throw ChatTemplateException.Syntax($"it nests deeper than {MaxDepth} levels", Current.Line);
        var inside = read();
        _depth--;
        return inside;
    }

    private bool Skip()
    {
        Take();
        return true;
    }
}
