using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>A part of a pattern, as it was written.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point of a set.</summary>
    internal sealed record One(CodePointSet Set) : PatternNode;

    /// <summary>One after the other; none: the empty text.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first that leads to a match.</summary>
    internal sealed record Choice(IReadOnlyList<PatternNode> Ways) : PatternNode;

    /// <summary>From <paramref name="Min"/> to <paramref name="Max"/> times; a <paramref name="Max"/> of -1 is no bound.</summary>
    internal sealed record Repeat(PatternNode Body, int Min, int Max, bool Lazy) : PatternNode;

    /// <summary>The first way it matches, and no other afterwards.</summary>
    internal sealed record Atomic(PatternNode Body) : PatternNode;

    /// <summary>Whether it matches from here (or up to here), without taking anything.</summary>
    internal sealed record Look(PatternNode Body, bool Behind, bool Negated) : PatternNode;

    /// <summary>A place.</summary>
    internal sealed record At(PatternPlace Place) : PatternNode;
}
