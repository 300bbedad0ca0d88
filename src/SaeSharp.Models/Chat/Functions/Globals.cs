using System.Numerics;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>The functions every chat template has.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000; // the sandbox' own limit

    private static readonly Dictionary<string, FunctionValue> Functions = new FunctionValue[]
    {
        new("raise_exception", "function", (run, arguments) => throw ChatTemplateException.Refused(PythonText.Of(run, arguments.Only("raise_exception", "message")).Text)),
        new("strftime_now", "function", (run, arguments) => arguments.Only("strftime_now", "format") is TextValue format
            ? format.Derived(DateText.Of(run.Clock.GetLocalNow(), format.Text))
            : throw ChatTemplateException.WrongType("strftime() argument 1 must be str")),
        new("namespace", "type", (run, arguments) => Namespace(arguments)),
        new("dict", "type", (_, arguments) => new DictValue(Members(arguments))),
        new("range", "function", (run, arguments) => Range(arguments)),
        new("joiner", "type", (_, arguments) => Joiner(arguments)),
        new("cycler", "type", (_, arguments) => throw ChatTemplateException.Runtime("cycler() cannot be used, loop.cycle() can")),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    public static FunctionValue? Find(string name) => Functions.GetValueOrDefault(name);

    /// <summary>A range as Python prints it.</summary>
    public static string Range(SequenceValue range)
    {
        if (range.Items.Count == 0) return "range(0, 0)";
        var (first, last) = (Numbers.AsWhole(range.Items[0])!.Value, Numbers.AsWhole(range.Items[^1])!.Value);
        var step = range.Items.Count > 1 ? Numbers.AsWhole(range.Items[1])!.Value - first : 1;
        return step.IsOne ? $"range({first}, {last + 1})" : $"range({first}, {last + step}, {step})";
    }

    private static NamespaceValue Namespace(Arguments arguments)
    {
        var made = new NamespaceValue();
        foreach (var (key, value) in Members(arguments)) made.Set(((TextValue)key).Text, value);
        return made;
    }

    private static OrderedDictionary<Value, Value> Members(Arguments arguments)
    {
        var members = DictValue.NewMembers();
        if (arguments.Positional is [DictValue dict]) foreach (var (key, value) in dict.Members) members[key] = value;
        else if (arguments.Positional.Count > 0) throw ChatTemplateException.WrongType($"dict expected a mapping, got {arguments.Positional[0].TypeName}");
        foreach (var (name, value) in arguments.Named) members[new TextValue(name)] = value;
        return members;
    }

    private static SequenceValue Range(Arguments arguments)
    {
        var given = arguments.Bind("range", "start", "stop", "step");
        BigInteger Whole(Value value) => Numbers.AsWhole(value) ?? throw (value is UndefinedValue undefined ? undefined.Failure() : ChatTemplateException.WrongType($"'{value.TypeName}' object cannot be interpreted as an integer"));
        if (given[0] is null) throw ChatTemplateException.WrongType("range expected at least 1 argument, got 0");
        var (start, stop) = given[1] is null ? (BigInteger.Zero, Whole(given[0]!)) : (Whole(given[0]!), Whole(given[1]!));
        var step = given[2] is null ? BigInteger.One : Whole(given[2]!);
        if (step.IsZero) throw ChatTemplateException.WrongValue("range() arg 3 must not be zero");
        var count = BigInteger.Max(0, (stop - start + step - step.Sign) / step);
        if (count > MaxRange) throw ChatTemplateException.TooLargeRange($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
        return new([.. Enumerable.Range(0, (int)count).Select(i => IntValue.Of(start + i * step))], SequenceKind.Range);
    }

    /// <summary>Gives nothing at its first call and the separator from then on.</summary>
    private static FunctionValue Joiner(Arguments arguments)
    {
        var separator = arguments.Bind("joiner", "sep")[0] ?? new TextValue(", ");
        var used = false;
        return new("joiner", "Joiner", (_, _) =>
        {
            if (used) return separator;
            used = true;
            return TextValue.Empty;
        });
    }
}
