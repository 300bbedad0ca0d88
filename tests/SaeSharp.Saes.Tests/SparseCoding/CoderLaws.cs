using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>An SAE that encodes by solving.</summary>
public class CoderLaws
{
    public static TheoryData<CodeMethod> Methods => [CodeMethod.Lasso, CodeMethod.Lars, CodeMethod.Fista, CodeMethod.Omp, CodeMethod.Mp, CodeMethod.Nnls];

    [Theory, MemberData(nameof(Methods))]
    public void Its_latents_are_the_solvers_weights_for_what_the_decoder_has_to_make(CodeMethod method)
    {
        var options = new CodingOptions { Method = method, Count = method is CodeMethod.Omp or CodeMethod.Mp ? 4 : null, LambdaRatio = 0.2, Positive = true };
        var sae = Coder(options);
        var x = RandomTensors.Normal(1, 9, 12);
        var signals = x.Clone();
        for (var row = 0; row < signals.RowCount; row++)
            for (var i = 0; i < 12; i++) signals.Row<float>(row)[i] -= sae.BDec.Span<float>()[i];

        var (codes, answers) = (sae.Encode(x), options.Solver().Solve(new(sae.DecoderDirections, sae.Backend), signals));

        for (var row = 0; row < answers.Length; row++)
        {
            Assert.Equal(answers[row].Indices, codes.RowIndices(row).ToArray());
            Assert.Equal(answers[row].Values.Select(value => (float)value), codes.RowValues(row).ToArray());
        }
        Assert.NotEmpty(codes.Indices);
    }

    [Fact]
    public void Folding_an_activation_scale_divides_lambda()
    {
        var sae = Coder(new() { Method = CodeMethod.Lasso, Lambda = 0.8, Ridge = 0.1, Gap = 1e-12 });
        var (x, scaled) = (RandomTensors.Normal(2, 9, 12), RandomTensors.Normal(2, 9, 12));
        sae.Backend.Scale(x, 3, scaled);

        var (folded, expected) = (sae.FoldActivationScale(3).Encode(x), sae.Encode(scaled));

        Assert.Equal(expected.Indices, folded.Indices);
        for (var i = 0; i < expected.Values.Length; i++) Assert.Equal(expected.Values[i] / 3, folded.Values[i], 2e-5f);
    }

    [Fact]
    public void What_it_codes_with_is_kept_in_its_folder()
    {
        using var folder = new TemporaryFolder();
        foreach (var method in Enum.GetValues<CodeMethod>())
        {
            var options = new CodingOptions { Method = method, Lambda = method == CodeMethod.Lasso ? null : 0.3, LambdaRatio = 0.05, Ridge = 0.01, Count = 7, Residual = 0.02, Gap = 1e-5, Positive = true };
            SaeFolder.Save(Coder(options), folder["coder"]);
            Assert.Equal(options, SaeFolder.Load(folder["coder"], CpuBackend.Create(1)).Config.Coding);
        }
    }

    [Theory]
    [InlineData("\"count\": 4", "\"count\": 0")]
    [InlineData("\"count\": 4", "\"count\": 41")]
    [InlineData("\"method\": \"omp\"", "\"method\": \"om\"")]
    [InlineData("\"residual\": 0", "\"residual\": 2")]
    [InlineData("\"method\": \"omp\"", "\"method\": \"lasso\", \"lambda\": -1, \"unused\": 0")]
    [InlineData("\"positive\": false", "\"positive\": 1")]
    public void A_setting_out_of_range_is_refused_when_it_is_loaded(string before, string after)
    {
        using var folder = new TemporaryFolder();
        SaeFolder.Save(Coder(new() { Count = 4 }), folder["coder"]);
        var file = Path.Combine(folder["coder"], "cfg.json");
        var text = File.ReadAllText(file).Replace("\"lambda\": null,", "", StringComparison.Ordinal);
        Assert.Contains(before, text, StringComparison.Ordinal);
        AtomicFile.Write(file, System.Text.Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal)));
        Assert.ThrowsAny<SaeSharpException>(() => SaeFolder.Load(folder["coder"], CpuBackend.Create(1)));
    }

    private static SparseAutoencoder Coder(CodingOptions options) => SaeCatalog.Create(
        new() { Architecture = "sparse_coding", DIn = 12, DSae = 40, Coding = options }, SaeWeights.Random(7), CpuBackend.Create(1));
}
