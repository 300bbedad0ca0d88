using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Methods of a dict; those that would change it are in no table.</summary>
internal static class DictMethods
{
    private static readonly Dictionary<string, Func<DictValue, Arguments, Value>> Methods = new(StringComparer.Ordinal)
    {
        ["get"] = Get,
        ["keys"] = (dict, arguments) => View(dict, arguments, SequenceKind.Keys, member => member.Key),
        ["values"] = (dict, arguments) => View(dict, arguments, SequenceKind.Values, member => member.Value),
        ["items"] = (dict, arguments) => View(dict, arguments, SequenceKind.Items, member => SequenceValue.Tuple(member.Key, member.Value)),
        ["copy"] = (dict, _) => dict,
    };

    public static FunctionValue? Find(DictValue dict, string name) =>
        Methods.TryGetValue(name, out var method) ? new(name, "builtin_function_or_method", (run, arguments) =>
        {
            run.Step(dict.Members.Count);
            return method(dict, arguments);
        }) : null;

    private static Value Get(DictValue dict, Arguments arguments)
    {
        var given = arguments.Bind("get", "key", "default");
        return dict.Find(given[0] ?? throw ChatTemplateException.WrongType("get expected at least 1 argument, got 0")) ?? given[1] ?? NoneValue.Instance;
    }

    private static SequenceValue View(DictValue dict, Arguments arguments, SequenceKind kind, Func<KeyValuePair<Value, Value>, Value> part)
    {
        arguments.Bind(kind.ToString().ToLowerInvariant());
        return new([.. dict.Members.Select(part)], kind);
    }
}
