using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Latents that start on activations.</summary>
public class StartingDirections
{
    [Fact]
    public void No_two_latents_start_alike_though_there_are_more_of_them_than_rows()
    {
        var source = new PoolSource(PoolSource.SparseSums(1, 16, 12, 30, 3), 16);
        var options = new TrainingOptions { Steps = 1, Rate = new() { Peak = 1e-12 }, Decoder = new() { Directions = DirectionInit.Data } };
        var sae = new SaeTrainer(RandomTensors.Config("topk", 12, 50), options, source, Reference.Instance).Run(cancel: TestContext.Current.CancellationToken);
        for (var i = 0; i < sae.DSae; i++)
            for (var j = 0; j < i; j++)
                Assert.True(Enumerable.Range(0, 12).Max(d => Math.Abs(sae.DecoderDirections.Row<float>(i)[d] - sae.DecoderDirections.Row<float>(j)[d])) > 1e-4, $"latents {i} and {j} are equal");
    }
}
