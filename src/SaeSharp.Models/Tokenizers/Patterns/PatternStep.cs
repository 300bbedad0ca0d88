namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>What a step of a compiled pattern does.</summary>
internal enum StepKind : byte
{
    /// <summary>The match ends here.</summary>
    Accept,

    /// <summary>One code point of set <c>A</c>.</summary>
    One,

    /// <summary>Text number <c>A</c>.</summary>
    Text,

    /// <summary>As many code points of set <c>A</c> as there are, from <c>B</c> to <c>C</c> (-1: no bound), fewer if the rest needs it.</summary>
    Run,

    /// <summary>The same, never fewer.</summary>
    RunAtomic,

    /// <summary>Goes on at <c>A</c>.</summary>
    Jump,

    /// <summary>The next step, or else <c>A</c>; at once <c>A</c> where the next code point is not in set <c>B</c> (-1: any). <c>C</c> and <c>D</c>: its first state and the loops it is in.</summary>
    Try,

    /// <summary><c>A</c>, or else the next step; <c>C</c> and <c>D</c> as above.</summary>
    TryLast,

    /// <summary>Remembers the place in register <c>A</c>.</summary>
    Mark,

    /// <summary>Goes on at <c>B</c> unless nothing was taken since register <c>A</c> was set.</summary>
    Moved,

    /// <summary>Whether the steps after it match; goes on at <c>A</c> behind what they took.</summary>
    Atomic,

    /// <summary>Whether the steps after it match from here; <c>B</c> is 1 where they must not. Goes on at <c>A</c>.</summary>
    Ahead,

    /// <summary>The same up to here, from <c>C</c> to <c>D</c> code points before.</summary>
    Behind,

    /// <summary>Whether the next code point is in set <c>A</c>; <c>B</c> is 1 where it must not be.</summary>
    Next,

    /// <summary>Whether this is place <c>A</c>.</summary>
    At,
}

/// <summary>One step of a compiled pattern; the meaning of the numbers stands at its kind.</summary>
internal readonly record struct PatternStep(StepKind Kind, int A = 0, int B = 0, int C = 0, int D = 0);
