namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Compares what models are built of, layer by layer.</summary>
internal static class Specs
{
    /// <summary>Token ids aside, which a file need not say.</summary>
    public static void RequireSame(TransformerSpec expected, TransformerSpec actual)
    {
        for (var layer = 0; layer < expected.Layers; layer++)
            Assert.Equal((expected.Weighing[layer], expected.Positions[layer], expected.Mlp[layer]), (actual.Weighing[layer], actual.Positions[layer], actual.Mlp[layer]));
        Assert.Equal(expected, actual with { Weighing = expected.Weighing, Positions = expected.Positions, Mlp = expected.Mlp, EosIds = expected.EosIds });
    }
}
