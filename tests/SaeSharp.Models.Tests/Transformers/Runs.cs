using CsCheck;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Runs of a model, and what they read, as plain copies.</summary>
internal static class Runs
{
    /// <summary>Two to four sequences of 1 to 9 tokens for a <see cref="TinyLlama"/>.</summary>
    public static Gen<int[][]> AnyBatch => Gen.Int[0, 36].Array[1, 9].Array[2, 4];

    /// <summary>One sequence of 2 to 20 tokens for a <see cref="TinyLlama"/>.</summary>
    public static Gen<int[]> AnySequence => Gen.Int[0, 36].Array[2, 20];

    /// <summary>Logits of every row.</summary>
    public static Tensor Logits(this Transformer model, HookSet? hooks, params int[][] sequences) => model.Run(TokenBatch.Of(sequences), hooks, LogitRows.All)!;

    /// <summary>The values of <paramref name="hooks"/>; a hook that is called more than once keeps each value.</summary>
    public static Dictionary<string, List<Tensor>> Read(this Transformer model, IEnumerable<string> hooks, LogitRows logits, params int[][] sequences)
    {
        var values = new Dictionary<string, List<Tensor>>();
        var set = new HookSet();
        foreach (var hook in hooks)
        {
            values[hook] = [];
            set.Read(hook, value => values[hook].Add(value.Clone()));
        }
        model.Run(TokenBatch.Of(sequences), set, logits);
        return values;
    }

    public static void RequireSameBits(Tensor expected, Tensor actual, string what = "")
    {
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        Assert.True(expected.RawBytes().SequenceEqual(actual.RawBytes()), $"{what} differs by {Difference(expected, actual):E2}");
    }

    /// <summary>max |expected − actual|; NaN where either holds one.</summary>
    public static double Difference(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        var largest = 0.0;
        for (var i = 0L; i < expected.Count; i++) largest = Math.Max(largest, Math.Abs(expected.Read(i) - actual.Read(i)));
        return largest;
    }

    public static void RequireWithin(double tolerance, Tensor expected, Tensor actual, string what) =>
        Assert.True(Difference(expected, actual) <= tolerance, $"{what} differs by {Difference(expected, actual):E2}, at most {tolerance:E0} is right");
}
