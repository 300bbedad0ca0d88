using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Every test behind <c>is</c>, by its name.</summary>
internal static class Tests
{
    private delegate bool Test(RenderingRun run, Value value, Arguments arguments);

    private static readonly Dictionary<string, Test> Table = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, _) => value is not UndefinedValue,
        ["undefined"] = (_, value, _) => value is UndefinedValue,
        ["none"] = (_, value, _) => value is NoneValue,
        ["true"] = (_, value, _) => value is BoolValue { IsTrue: true },
        ["false"] = (_, value, _) => value is BoolValue { IsTrue: false },
        ["boolean"] = (_, value, _) => value is BoolValue,
        ["string"] = (_, value, _) => value is TextValue,
        ["number"] = (_, value, _) => Numbers.Are(value),
        ["integer"] = (_, value, _) => value is IntValue,
        ["float"] = (_, value, _) => value is FloatValue,
        ["mapping"] = (_, value, _) => value is DictValue,
        ["sequence"] = (_, value, _) => value is TextValue or SequenceValue { HasPlaces: true } or DictValue or UndefinedValue,
        ["iterable"] = (_, value, _) => Iteration.IsPossible(value),
        ["callable"] = (_, value, _) => value is FunctionValue or LoopValue,
        ["escaped"] = (_, value, _) => value is TextValue { IsMarkup: true },
        ["sameas"] = (run, value, arguments) => arguments.Only("sameas", "other") is var other && (ReferenceEquals(value, other) || value is IntValue && other is IntValue && Comparison.AreEqual(run, value, other)),
        ["filter"] = (_, value, _) => value is TextValue name && Filters.Has(name.Text),
        ["test"] = (_, value, _) => value is TextValue name && Has(name.Text),
        ["odd"] = (run, value, _) => Remainder(run, value, IntValue.Of(2), 1),
        ["even"] = (run, value, _) => Remainder(run, value, IntValue.Of(2), 0),
        ["divisibleby"] = (run, value, arguments) => Remainder(run, value, arguments.Only("divisibleby", "num"), 0),
        ["upper"] = (run, value, _) => TextMethods.IsUpper(PythonText.Of(run, value).Text),
        ["lower"] = (run, value, _) => TextMethods.IsLower(PythonText.Of(run, value).Text),
        ["in"] = (run, value, arguments) => Comparison.Contains(run, arguments.Only("in", "seq"), value),
        ["=="] = Comparing("=="), ["eq"] = Comparing("=="), ["equalto"] = Comparing("=="),
        ["!="] = Comparing("!="), ["ne"] = Comparing("!="),
        [">"] = Comparing(">"), ["gt"] = Comparing(">"), ["greaterthan"] = Comparing(">"),
        [">="] = Comparing(">="), ["ge"] = Comparing(">="),
        ["<"] = Comparing("<"), ["lt"] = Comparing("<"), ["lessthan"] = Comparing("<"),
        ["<="] = Comparing("<="), ["le"] = Comparing("<="),
    };

    public static void Require(string name)
    {
        if (!Table.ContainsKey(name)) throw ChatTemplateException.Unknown("test", name, Spelling.Closest(name, Table.Keys));
    }

    public static bool Holds(RenderingRun run, string name, Value value, Arguments arguments)
    {
        Require(name);
        return Table[name](run, value, arguments);
    }

    private static bool Has(string name) => Table.ContainsKey(name);

    private static Test Comparing(string sign) => (run, value, arguments) => Comparison.Holds(run, sign, value, arguments.Only(sign, "other"));

    private static bool Remainder(RenderingRun run, Value value, Value of, int expected) =>
        value is TextValue ? throw ChatTemplateException.WrongType("not all arguments converted during string formatting") : Comparison.AreEqual(run, Arithmetic.Of(run, "%", value, of), IntValue.Of(expected));
}
