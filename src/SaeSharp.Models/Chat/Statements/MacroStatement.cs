using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Statements;

/// <summary><c>{% macro name(parameters) %}</c>: a function whose value is the text that it prints. It sees the names around its definition.</summary>
internal sealed class MacroStatement(string name, IReadOnlyList<Parameter> parameters, Statement body, IReadOnlySet<string> names) : Statement
{
    /// <summary>The function, defined at <paramref name="outer"/>.</summary>
    public FunctionValue Define(Scope outer) => new(name, "Macro", (run, arguments) => run.Capture(() =>
    {
        run.Enter();
        var scope = new Scope(run, outer) { LoopDepth = 0 };
        Bind(arguments, scope);
        body.Run(scope);
        run.Leave();
    }));

    protected override Flow Execute(Scope scope)
    {
        scope.Set(name, Define(scope));
        return Flow.Next;
    }

    private void Bind(Arguments arguments, Scope scope)
    {
        var named = arguments.Named.ToDictionary(argument => argument.Key, argument => argument.Value, StringComparer.Ordinal);
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, byDefault) = parameters[i];
            scope.Set(parameter, i < arguments.Positional.Count ? arguments.Positional[i]
                : named.Remove(parameter, out var given) ? given
                : byDefault?.In(scope) ?? new UndefinedValue($"parameter '{parameter}' was not provided"));
        }
        var declaresCaller = parameters.Any(parameter => parameter.Name == "caller");
        if (names.Contains("caller") && !declaresCaller) scope.Set("caller", named.Remove("caller", out var caller) ? caller : new UndefinedValue("No caller defined"));
        BindRest(arguments, named, scope);
    }

    /// <summary>More arguments than parameters are an error, unless the body uses <c>varargs</c> or <c>kwargs</c>.</summary>
    private void BindRest(Arguments arguments, Dictionary<string, Value> named, Scope scope)
    {
        if (!names.Contains("kwargs") && named.Count > 0) throw ChatTemplateException.WrongType($"macro '{name}' takes no keyword argument {PythonText.Quoted(named.Keys.First())}");
        if (!names.Contains("varargs") && arguments.Positional.Count > parameters.Count) throw ChatTemplateException.WrongType($"macro '{name}' takes not more than {parameters.Count} argument(s)");
        scope.Set("varargs", SequenceValue.Tuple([.. arguments.Positional.Skip(parameters.Count)]));
        var rest = DictValue.NewMembers();
        foreach (var (key, value) in named) rest[new TextValue(key)] = value;
        scope.Set("kwargs", new DictValue(rest));
    }
}
