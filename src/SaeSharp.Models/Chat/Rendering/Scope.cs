using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Rendering;

/// <summary>The names that can be seen at a place of a template: its own, then those around it. What is set in a loop or macro ends with it.</summary>
internal sealed class Scope(RenderingRun run, Scope? outer)
{
    private Dictionary<string, Value>? _names;

    public RenderingRun Run => run;

    /// <summary>How many loops stand around this place.</summary>
    public int LoopDepth { get; init; } = outer?.LoopDepth ?? 0;

    public Value? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._names is { } names && names.TryGetValue(name, out var value)) return value;
        return null;
    }

    public void Set(string name, Value value) => (_names ??= new(StringComparer.Ordinal))[name] = value;

    private Scope? Outer => outer;
}
