using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Methods of lists and tuples; those that would change them are in no table.</summary>
internal static class SequenceMethods
{
    public static FunctionValue? Find(SequenceValue list, string name) => name switch
    {
        "count" => new(name, "builtin_function_or_method", (run, arguments) =>
        {
            run.Step(list.Items.Count);
            var value = arguments.Only(name, "value");
            return IntValue.Of(list.Items.Count(item => Comparison.AreEqual(run, item, value)));
        }),
        "index" => new(name, "builtin_function_or_method", (run, arguments) =>
        {
            run.Step(list.Items.Count);
            var value = arguments.Only(name, "value");
            for (var i = 0; i < list.Items.Count; i++)
                if (Comparison.AreEqual(run, list.Items[i], value)) return IntValue.Of(i);
            throw ChatTemplateException.WrongValue($"{PythonText.Short(value)} is not in {list.TypeName}");
        }),
        "copy" when list.Kind == SequenceKind.List => new(name, "builtin_function_or_method", (_, _) => list),
        _ => null,
    };
}
