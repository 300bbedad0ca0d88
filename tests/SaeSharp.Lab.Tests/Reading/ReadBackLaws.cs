using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Reading;

/// <summary>SAEs that read along while a model writes read what they would read of the finished text.</summary>
public sealed class ReadBackLaws
{
    private static readonly Transformer Model = Transformer.Load(TinyWorkspace.Model, CpuBackend.Create(2));
    private static readonly int[] Prompt = [5, 3, 8];

    [Theory]
    [InlineData(1), InlineData(44), InlineData(45), InlineData(46), InlineData(47), InlineData(100)]
    public void Codes_of_chunks_are_those_of_the_whole_text(int tokens)
    {
        LoadedSae[] saes = [Reader("blocks.0.hook_resid_post", 64), Reader("blocks.1.hook_resid_post", 200), Reader("blocks.1.hook_resid_post", 64)];
        using var reading = new ReadBack(Model, saes);
        var text = Generator.Generate(Model, Prompt, new() { MaxTokens = tokens, IgnoreEos = true, Temperature = 1 }, reading.AddTo(new()));
        reading.Flush();

        int[] read = [.. Prompt, .. text.Ids[..^1]]; // the last token is never read
        foreach (var sae in saes)
        {
            SparseCodes whole = null!;
            Model.Run(TokenBatch.Of(read), new HookSet().Read(sae.Hook, value => whole = sae.Encode(value)), LogitRows.None);
            var pieces = reading.Codes(sae);
            Assert.Equal(whole.Indices, pieces.SelectMany(piece => piece.Indices));
            Assert.Equal(whole.Values, pieces.SelectMany(piece => piece.Values));
            Assert.Equal(read.Length, pieces.Sum(piece => piece.Rows));
        }
    }

    private static LoadedSae Reader(string hook, int dSae) => new(hook, "", SaeCatalog.Create(
        new() { Architecture = "topk", DIn = Model.HookWidth(hook), DSae = dSae, K = 5, HookName = hook }, SaeWeights.Random(dSae), Model.Backend));
}
