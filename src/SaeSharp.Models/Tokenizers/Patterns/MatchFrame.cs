namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Where a match goes on when a way fails; what the numbers mean depends on the kind.</summary>
internal record struct MatchFrame(MatchFrame.Row Kind, int Step, int Position, int Current, int End)
{
    private const int FirstRows = 256;
    private const int MostRowsKept = 1 << 16;

    [ThreadStatic]
    private static MatchFrame[]? free;   // one stack for each thread that splits texts

    internal enum Row
    {
        /// <summary>At a step and a place.</summary>
        Resume,

        /// <summary>Behind a run, at an earlier end of it.</summary>
        Shrink,

        /// <summary>Nowhere: all ways from here have failed, which is remembered.</summary>
        Failed,

        /// <summary>Nowhere: a register gets its old place back.</summary>
        Restore,
    }

    public static MatchFrame[] Rent()
    {
        var stack = free ?? new MatchFrame[FirstRows];
        free = null;
        return stack;
    }

    public static void Return(MatchFrame[] stack) => free = stack.Length <= MostRowsKept ? stack : null;
}
