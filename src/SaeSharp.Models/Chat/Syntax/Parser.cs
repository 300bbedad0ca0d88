using SaeSharp.Models.Chat.Expressions;
using SaeSharp.Models.Chat.Statements;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Syntax;

/// <summary>Reads a template into statements.</summary>
internal sealed class Parser
{
    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private readonly Dictionary<string, Func<Statement>> _statements;
    private int _loops;

    private Parser(string source)
    {
        _stream = new(Lexer.Read(source));
        _expressions = new(_stream);
        _statements = new(StringComparer.Ordinal)
        {
            ["if"] = If, ["for"] = For, ["set"] = Set, ["macro"] = Macro, ["call"] = Call, ["filter"] = Filter, ["with"] = With,
            ["generation"] = () => new WithStatement([], Body("endgeneration")), ["break"] = Break, ["continue"] = Continue,
        };
    }

    public static Statement Read(string source)
    {
        var parser = new Parser(source);
        var body = parser.Statements();
        return parser._stream.At(TokenKind.End) ? body : throw parser._stream.Unexpected("the end of the template");
    }

    /// <summary>Statements up to a block that begins with one of <paramref name="ends"/>, whose name is taken.</summary>
    private BlockStatement Statements(params string[] ends) => _stream.Inside(() =>
    {
        var statements = new List<Statement>();
        while (!_stream.At(TokenKind.End))
        {
            var token = _stream.Take();
            if (token.Kind == TokenKind.Data) statements.Add(new TextStatement(token.Text));
            else if (token.Kind == TokenKind.PrintBegin)
            {
                statements.Add(new PrintStatement(_expressions.ReadTuple()));
                _stream.Expect(TokenKind.PrintEnd, "the end of the print statement");
            }
            else
            {
                if (_stream.AtName(ends)) return new BlockStatement(statements);
                statements.Add(OneStatement());
            }
        }
        if (ends.Length > 0) throw _stream.Unexpected(string.Join(" or ", ends.Select(end => $"'{end}'")));
        return new BlockStatement(statements);
    });

    private Statement OneStatement()
    {
        var name = _stream.Expect(TokenKind.Name, "the name of a statement");
        if (_statements.TryGetValue(name.Text, out var read)) return read();
        var nearest = Spelling.Closest(name.Text, _statements.Keys);
        throw ChatTemplateException.Syntax($"Encountered unknown tag '{name.Text}'{(nearest is null ? "" : $", the nearest known is '{nearest}'")}", name.Line);
    }

    private void EndBlock() => _stream.Expect(TokenKind.BlockEnd, "the end of the statement");

    private BlockStatement Body(string end)
    {
        EndBlock();
        return Rest(end);
    }

    private BlockStatement Rest(string end)
    {
        var body = Statements(end);
        _stream.Take();
        EndBlock();
        return body;
    }

    private IfStatement If()
    {
        var outside = _expressions.IsOptional;
        _expressions.IsOptional = true;
        var statement = Branches();
        _expressions.IsOptional = outside;
        return statement;
    }

    private IfStatement Branches()
    {
        var branches = new List<(Expression, Statement)>();
        while (true)
        {
            var condition = _expressions.ReadTuple(withCondition: false);
            EndBlock();
            branches.Add((condition, Statements("elif", "else", "endif")));
            if (_stream.TrySkipName("elif")) continue;
            var otherwise = _stream.TrySkipName("else") ? Body("endif") : null;
            if (otherwise is not null) return new(branches, otherwise);
            _stream.ExpectName("endif");
            EndBlock();
            return new(branches, null);
        }
    }

    private ForStatement For()
    {
        var target = Target("in");
        _stream.ExpectName("in");
        var items = _expressions.ReadTuple(withCondition: false, endName: "recursive");
        var test = _stream.TrySkipName("if") ? _expressions.Read() : null;
        if (_stream.AtName("recursive")) throw ChatTemplateException.Syntax("a recursive loop cannot be read", _stream.Current.Line);
        EndBlock();
        _loops++;
        var body = Certain(() => Statements("else", "endfor"));
        _loops--;
        if (_stream.TrySkipName("else")) return new(target, items, test, body, Body("endfor"));
        _stream.Take();
        EndBlock();
        return new(target, items, test, body, null);
    }

    private Statement Set()
    {
        var target = Target(null);
        if (_stream.TrySkip("="))
        {
            var value = _expressions.ReadTuple();
            EndBlock();
            return new SetStatement(target, value);
        }
        var filter = _expressions.ReadFilters(null, begunWithName: false);
        return new SetBlockStatement(target, filter, Body("endset"));
    }

    private MacroStatement Macro()
    {
        var name = _stream.Expect(TokenKind.Name, "the name of the macro").Text;
        return Function(name, Signature(), "endmacro");
    }

    private CallStatement Call()
    {
        IReadOnlyList<Parameter> parameters = _stream.AtOperator("(") ? Signature() : [];
        if (_expressions.Read() is not CallExpression call) throw _stream.Unexpected("a call before");
        return new(call, Function("caller", parameters, "endcall"));
    }

    private FilterStatement Filter()
    {
        var filter = _expressions.ReadFilters(null, begunWithName: true)!;
        return new(filter, Body("endfilter"));
    }

    private WithStatement With()
    {
        var values = new List<(Target, Expression)>();
        while (!_stream.At(TokenKind.BlockEnd))
        {
            if (values.Count > 0) _stream.ExpectOperator(",");
            var target = Target(null);
            _stream.ExpectOperator("=");
            values.Add((target, _expressions.Read()));
        }
        return new(values, Body("endwith"));
    }

    private LoopControl Break() => Control(Flow.Break);

    private LoopControl Continue() => Control(Flow.Continue);

    private LoopControl Control(Flow flow)
    {
        if (_loops == 0) throw ChatTemplateException.Syntax("break and continue stand outside a loop", _stream.Current.Line);
        EndBlock();
        return new(flow);
    }

    /// <summary>A macro, whose body is in no loop even where the macro is. Which of the special names it uses decides what it may be called with.</summary>
    private MacroStatement Function(string name, IReadOnlyList<Parameter> parameters, string end)
    {
        var (loops, names) = (_loops, _expressions.TakeNames());
        _loops = 0;
        var body = Certain(() => Body(end));
        _loops = loops;
        var macro = new MacroStatement(name, parameters, body, _expressions.TakeNames());
        _expressions.AddNames(names);
        return macro;
    }

    /// <summary>A body with names of its own: what it asks for must be there, even inside an <c>if</c>. Jinja's own rule.</summary>
    private T Certain<T>(Func<T> read)
    {
        var outside = _expressions.IsOptional;
        _expressions.IsOptional = false;
        var body = read();
        _expressions.IsOptional = outside;
        return body;
    }

    private List<Parameter> Signature()
    {
        _stream.ExpectOperator("(");
        var parameters = new List<Parameter>();
        while (!_stream.AtOperator(")"))
        {
            if (parameters.Count > 0) _stream.ExpectOperator(",");
            var name = _stream.Expect(TokenKind.Name, "a parameter").Text;
            var value = _stream.TrySkip("=") ? _expressions.Read() : null;
            if (value is null && parameters.Any(parameter => parameter.Default is not null)) throw _stream.Unexpected("a default, after a parameter that has one,");
            parameters.Add(new(name, value));
        }
        _stream.ExpectOperator(")");
        return parameters;
    }

    /// <summary>What is assigned to: a name, an attribute of a namespace, or several of them.</summary>
    private Target Target(string? end)
    {
        var targets = new List<Target>();
        var isTuple = false;
        do
        {
            if (targets.Count > 0 && (end is not null && _stream.AtName(end) || _stream.AtOperator("=", ")"))) break;
            targets.Add(OneTarget());
            isTuple |= _stream.AtOperator(",");
        } while (_stream.TrySkip(","));
        return isTuple ? new Target.Several(targets) : targets[0];
    }

    private Target OneTarget()
    {
        if (_stream.TrySkip("("))
        {
            var inside = _stream.Inside(() => Target(null));
            _stream.ExpectOperator(")");
            return inside;
        }
        var name = _stream.Expect(TokenKind.Name, "a name to assign to").Text;
        return _stream.TrySkip(".") ? new Target.Attribute(name, _stream.Expect(TokenKind.Name, "an attribute").Text) : new Target.Name(name);
    }
}
