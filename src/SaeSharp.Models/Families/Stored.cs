namespace SaeSharp.Models.Families;

/// <summary>How a parameter lies in a tensor of the checkpoint: which of its rows, which way round, and what the file leaves out.</summary>
/// <remarks>
/// Rows are taken in blocks: <see cref="Blocks"/> of <see cref="Size"/> rows, one every <see cref="Stride"/>, from <see cref="Start"/> on. One block is read in
/// place. All parts of a tensor together must be all of its rows. In a transposed tensor "rows" are the columns it is stored with.
/// </remarks>
public sealed record Stored
{
    /// <summary>The tensor is the parameter.</summary>
    public static Stored Whole { get; } = new();

    /// <summary>The tensor is [inputs, outputs] (the Conv1D of GPT-2); ours are [outputs, inputs].</summary>
    public static Stored Transposed { get; } = new() { IsTransposed = true };

    /// <summary>A gain of which the file holds what it is above 1 (Gemma).</summary>
    public static Stored AboveOne { get; } = new() { Offset = 1 };

    /// <summary>First row of the first block.</summary>
    public int Start { get; private init; }

    /// <summary>Rows of a block; 0 means the whole tensor.</summary>
    public int Size { get; private init; }

    /// <summary>Rows from the start of a block to that of the next.</summary>
    public int Stride { get; private init; }

    /// <summary>Number of blocks.</summary>
    public int BlockCount { get; private init; } = 1;

    /// <summary>Whether the tensor is stored [inputs, outputs].</summary>
    public bool IsTransposed { get; private init; }

    /// <summary>What is added to every number of the file.</summary>
    public double Offset { get; private init; }

    /// <summary>Blocks that follow these in the parameter; null for none.</summary>
    internal Stored? Next { get; private init; }

    /// <summary>Rows of the parameter; null for all of the tensor.</summary>
    internal long? Rows => Size == 0 ? null : (long)Size * BlockCount + (Next?.Rows ?? 0);

    /// <summary><paramref name="size"/> rows from <paramref name="start"/> on.</summary>
    public Stored Part(int start, int size) => Blocks(start, size, size, 1);

    /// <summary>Blocks of <paramref name="size"/> rows, one every <paramref name="stride"/>.</summary>
    public Stored Blocks(int start, int size, int stride, int count) => this with
    {
        Start = OptionException.NotNegative(start, nameof(start)),
        Size = OptionException.Positive(size, nameof(size)),
        Stride = OptionException.Positive(stride, nameof(stride)),
        BlockCount = OptionException.Positive(count, nameof(count)),
    };

    /// <summary>These blocks, then the rows of <paramref name="next"/>: for parameters whose parts lie in another order. Not transposed.</summary>
    public Stored Then(Stored next) => this with { Next = Next is null ? next : Next.Then(next) };
}
