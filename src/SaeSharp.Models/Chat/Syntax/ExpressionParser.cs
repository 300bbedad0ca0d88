using System.Globalization;
using System.Numerics;
using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Syntax;

/// <summary>Reads expressions, weakest operator first: if-else, or, and, not, comparisons, + −, ~, * / // %, **, signs, filters and tests.</summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private static readonly Dictionary<string, Value> Constants = new()
    {
        ["true"] = BoolValue.True, ["True"] = BoolValue.True, ["false"] = BoolValue.False, ["False"] = BoolValue.False, ["none"] = NoneValue.Instance, ["None"] = NoneValue.Instance,
    };

    private HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Whether it may be that what is read is never run: then a filter that is not there is an error only where it is.</summary>
    public bool IsOptional { get; set; }

    public Expression Read() => stream.Inside(Conditional);

    /// <summary>One expression, or several with commas, which are a tuple.</summary>
    public Expression ReadTuple(bool withCondition = true, bool inParentheses = false, string? endName = null)
    {
        var parts = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(endName))
        {
            parts.Add(withCondition ? Read() : stream.Inside(Or));
            if (!stream.TrySkip(",")) break;
            isTuple = true;
        }
        if (!isTuple && parts.Count == 1) return parts[0];
        return isTuple || inParentheses ? new ListExpression(parts, SequenceKind.Tuple) : throw stream.Unexpected("an expression");
    }

    /// <summary>A name or value with its attributes, items and calls, but no operator, filter or test.</summary>
    public Expression ReadPrimary() => stream.Inside(() => Postfix(Primary()));

    /// <summary>The filters that follow; <paramref name="input"/> is null for those of a block.</summary>
    public FilterExpression? ReadFilters(Expression? input, bool begunWithName)
    {
        FilterExpression? filter = null;
        while (begunWithName || stream.TrySkip("|"))
        {
            begunWithName = false;
            var name = DottedName();
            if (!IsOptional) Filters.Require(name);
            filter = new(filter ?? input, name, stream.AtOperator("(") ? CallArguments() : ArgumentList.Empty);
        }
        return filter;
    }

    public ArgumentList CallArguments()
    {
        stream.ExpectOperator("(");
        var list = new ArgumentList();
        while (!stream.AtOperator(")"))
        {
            if (stream.TrySkip("*")) list.Unpacked = Read();
            else if (stream.TrySkip("**")) list.UnpackedNamed = Read();
            else if (stream.At(TokenKind.Name) && stream.Following.Is(TokenKind.Operator, "="))
            {
                var name = stream.Take().Text;
                stream.Take();
                list.Named.Add((name, Read()));
            }
            else if (list.Named.Count > 0) throw stream.Unexpected("a named argument, after another named one,");
            else list.Positional.Add(Read());
            if (!stream.TrySkip(",")) break;
        }
        stream.ExpectOperator(")");
        return list;
    }

    /// <summary>The names read since they were last taken.</summary>
    public HashSet<string> TakeNames()
    {
        var taken = _names;
        _names = new(StringComparer.Ordinal);
        return taken;
    }

    public void AddNames(IEnumerable<string> names) => _names.UnionWith(names);

    private bool IsTupleEnd(string? endName) =>
        stream.At(TokenKind.PrintEnd) || stream.At(TokenKind.BlockEnd) || stream.AtOperator(")") || endName is not null && stream.AtName(endName);

    private Expression Conditional()
    {
        var value = Or();
        while (stream.TrySkipName("if"))
        {
            var condition = Or();
            value = new ConditionalExpression(condition, value, stream.TrySkipName("else") ? stream.Inside(Conditional) : null);
        }
        return value;
    }

    private Expression Or()
    {
        var left = And();
        while (stream.TrySkipName("or")) left = new LogicExpression(left, And(), isOr: true);
        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (stream.TrySkipName("and")) left = new LogicExpression(left, Not(), isOr: false);
        return left;
    }

    private Expression Not() => stream.TrySkipName("not") ? new UnaryExpression("not", stream.Inside(Not)) : Compare();

    private Expression Compare()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (stream.AtOperator(Comparisons)) rest.Add((stream.Take().Text, Sum()));
            else if (stream.TrySkipName("in")) rest.Add(("in", Sum()));
            else if (stream.AtName("not") && stream.Following.Is(TokenKind.Name, "in"))
            {
                stream.Take();
                stream.Take();
                rest.Add(("not in", Sum()));
            }
            else return rest.Count == 0 ? first : new CompareExpression(first, rest);
        }
    }

    private Expression Sum()
    {
        var left = Concat();
        while (stream.AtOperator("+", "-")) left = new BinaryExpression(stream.Take().Text, left, Concat());
        return left;
    }

    private Expression Concat()
    {
        var parts = new List<Expression> { Product() };
        while (stream.TrySkip("~")) parts.Add(Product());
        return parts.Count == 1 ? parts[0] : new ConcatExpression(parts);
    }

    private Expression Product()
    {
        var left = Power();
        while (stream.AtOperator("*", "/", "//", "%")) left = new BinaryExpression(stream.Take().Text, left, Power());
        return left;
    }

    private Expression Power()
    {
        var left = Unary(withFilter: true);
        while (stream.TrySkip("**")) left = new BinaryExpression("**", left, Unary(withFilter: true));
        return left;
    }

    private Expression Unary(bool withFilter)
    {
        var value = Postfix(stream.AtOperator("-", "+") ? new UnaryExpression(stream.Take().Text, stream.Inside(() => Unary(withFilter: false))) : Primary());
        while (withFilter)
        {
            if (stream.AtOperator("|")) value = ReadFilters(value, begunWithName: false)!;
            else if (stream.TrySkipName("is")) value = Test(value);
            else if (stream.AtOperator("(")) value = new CallExpression(value, CallArguments());
            else break;
        }
        return value;
    }

    private TestExpression Test(Expression value)
    {
        var isNegated = stream.TrySkipName("not");
        var name = DottedName();
        if (!IsOptional) Tests.Require(name);
        var arguments = ArgumentList.Empty;
        if (stream.AtOperator("(")) arguments = CallArguments();
        else if (stream.At(TokenKind.Text) || stream.At(TokenKind.Integer) || stream.At(TokenKind.Float) || stream.AtOperator("[", "{") || stream.At(TokenKind.Name) && !stream.AtName("else", "or", "and"))
        {
            if (stream.AtName("is")) throw stream.Unexpected("no second test: tests do not chain;");
            arguments = new() { Positional = { ReadPrimary() } };
        }
        return new(value, name, arguments, isNegated);
    }

    private string DottedName()
    {
        var name = stream.Expect(TokenKind.Name, "a name").Text;
        while (stream.TrySkip(".")) name += "." + stream.Expect(TokenKind.Name, "a name").Text;
        return name;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            if (stream.TrySkip("."))
            {
                if (stream.At(TokenKind.Integer)) value = new ItemExpression(value, new LiteralExpression(IntValue.Of(Integer(stream.Take()))));
                else value = new AttributeExpression(value, stream.Expect(TokenKind.Name, "a name or a number").Text);
            }
            else if (stream.TrySkip("[")) value = Subscript(value);
            else if (stream.AtOperator("(")) value = new CallExpression(value, CallArguments());
            else return value;
        }
    }

    private Expression Subscript(Expression value)
    {
        Expression? start = stream.AtOperator(":") ? null : Read();
        if (start is not null && stream.TrySkip("]")) return new ItemExpression(value, start);
        stream.ExpectOperator(":");
        var end = stream.AtOperator(":", "]") ? null : Read();
        var step = stream.TrySkip(":") && !stream.AtOperator("]") ? Read() : null;
        stream.ExpectOperator("]");
        return new SliceExpression(value, start, end, step);
    }

    private Expression Primary()
    {
        var token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Take();
                if (Constants.TryGetValue(token.Text, out var constant)) return new LiteralExpression(constant);
                _names.Add(token.Text);
                return new NameExpression(token.Text);
            case TokenKind.Text:
                var text = "";
                while (stream.At(TokenKind.Text)) text += stream.Take().Text; // neighbours are one text
                return new LiteralExpression(new TextValue(text));
            case TokenKind.Integer:
                return new LiteralExpression(IntValue.Of(Integer(stream.Take())));
            case TokenKind.Float:
                return new LiteralExpression(new FloatValue(double.Parse(stream.Take().Text, CultureInfo.InvariantCulture)));
            case TokenKind.Operator when stream.TrySkip("("):
                var inside = ReadTuple(inParentheses: true);
                stream.ExpectOperator(")");
                return inside;
            case TokenKind.Operator when stream.TrySkip("["):
                return new ListExpression(Items("]"), SequenceKind.List);
            case TokenKind.Operator when stream.TrySkip("{"):
                return new DictExpression(Members());
            default:
                throw stream.Unexpected("an expression");
        }
    }

    private List<Expression> Items(string end)
    {
        var items = new List<Expression>();
        while (!stream.AtOperator(end))
        {
            items.Add(Read());
            if (!stream.TrySkip(",")) break;
        }
        stream.ExpectOperator(end);
        return items;
    }

    private List<(Expression, Expression)> Members()
    {
        var members = new List<(Expression, Expression)>();
        while (!stream.AtOperator("}"))
        {
            var key = Read();
            stream.ExpectOperator(":");
            members.Add((key, Read()));
            if (!stream.TrySkip(",")) break;
        }
        stream.ExpectOperator("}");
        return members;
    }

    private static BigInteger Integer(Token token)
    {
        const int longest = 4300; // Python's own limit
        if (token.Text.Length > longest) throw ChatTemplateException.Syntax($"a number has more than {longest} digits", token.Line);
        if (token.Text.Length < 3 || token.Text[0] != '0' || char.IsAsciiDigit(token.Text[1])) return BigInteger.Parse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture);
        var radix = char.ToLowerInvariant(token.Text[1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
        return token.Text[2..].Where(digit => digit != '_').Aggregate(BigInteger.Zero, (number, digit) => number * radix + Convert.ToInt32(digit.ToString(), 16));
    }
}
