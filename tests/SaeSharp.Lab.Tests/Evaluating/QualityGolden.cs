using System.Text.Json;

namespace SaeSharp.Lab.Tests.Evaluating;

/// <summary>What the quality recipe says about the language model itself, against the reference: texts, ids, windows and splicing are then the same.</summary>
public class QualityGolden
{
    private const double FourthDigit = 5e-5;

    [Fact]
    public async Task The_recipe_gives_the_reference_losses_before_any_training_counts()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var reference = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedFiles.At("golden", "quality", "quality.json"))).RootElement.GetProperty("model_on_heldout").GetProperty("resid1");
        using var workspace = Workspace.Open(Path.Combine(Path.GetTempPath(), "saesharp-none"));
        var result = await workspace.Quality(new() { Data = SharedFiles.Data(), Steps = 1 }); // its own checksums were compared, or it would have thrown
        double Expected(string name) => reference.GetProperty(name).GetDouble();
        Assert.Equal(Expected("ce_original"), result.Eval.CeOriginal!.Value, FourthDigit);
        Assert.Equal(Expected("ce_zero"), result.Eval.CeZero!.Value, FourthDigit);
        Assert.Equal(Expected("ce_mean"), result.Eval.CeMean!.Value, FourthDigit);
        Assert.Equal(Expected("kl_zero"), result.KlZero, FourthDigit);
        Assert.Equal(Expected("kl_mean"), result.KlMean, FourthDigit);
    }
}
