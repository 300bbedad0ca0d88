namespace SaeSharp.Models.Chat.Values;

/// <summary>What a function, filter or test is called with.</summary>
internal sealed record Arguments(IReadOnlyList<Value> Positional, IReadOnlyList<KeyValuePair<string, Value>> Named)
{
    public static Arguments None { get; } = new([], []);

    public static Arguments Of(params IReadOnlyList<Value> positional) => new(positional, []);

    /// <summary>The values of <paramref name="names"/> in their order, null where one is not given.</summary>
    /// <exception cref="ChatTemplateException">There are more values than names, or a name that is none of them.</exception>
    public Value?[] Bind(string function, params ReadOnlySpan<string> names)
    {
        if (Positional.Count > names.Length)
            throw ChatTemplateException.WrongType($"{function}() takes at most {names.Length} argument{(names.Length == 1 ? "" : "s")} ({Positional.Count} given)");
        var values = new Value?[names.Length];
        for (var i = 0; i < Positional.Count; i++) values[i] = Positional[i];
        foreach (var (name, value) in Named)
        {
            var at = names.IndexOf(name);
            if (at < 0) throw ChatTemplateException.WrongType($"{function}() got an unexpected keyword argument '{name}'");
            if (values[at] is not null) throw ChatTemplateException.WrongType($"{function}() got multiple values for argument '{name}'");
            values[at] = value;
        }
        return values;
    }

    /// <summary>The one value of a function that takes exactly one.</summary>
    public Value Only(string function, string name) =>
        Bind(function, name)[0] ?? throw ChatTemplateException.WrongType($"{function}() missing 1 required positional argument: '{name}'");
}
