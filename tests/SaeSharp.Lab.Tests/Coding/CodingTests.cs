using System.Text.Json;
using SaeSharp.Lab.Coding;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Tests.Coding;

[Collection(typeof(TinyWorkspaceTests))]
public class CodingTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task Codes_of_a_file_are_written_with_what_proves_them()
    {
        using var folder = new TemporaryFolder();
        var (input, output) = (Path.Combine(folder.Path, "in.safetensors"), Path.Combine(folder.Path, "out.safetensors"));
        var random = new Random(1);
        Tensor Random(params int[] shape) => Tensor.Of(Enumerable.Range(0, shape[0] * shape[1]).Select(_ => random.NextDouble() - 0.5).ToArray(), shape);
        var (atoms, signals) = (Random(40, 12), Random(9, 12));
        SafetensorsWriter.Write(input, [("W_dec", atoms), ("x", signals)]);

        var result = await tiny.Workspace.Code(new() { Dictionary = input, Input = input, Out = output, LambdaRatio = 0.2, Precision = CodePrecision.F64 });

        using var file = SafetensorsFile.Open(output);
        var (starts, indices, values, gaps) = (file.Read("codes.indptr").Span<long>().ToArray(), file.Read("codes.indices").Span<int>().ToArray(), file.Read("codes.values").Span<double>().ToArray(), file.Read("gap").Span<double>().ToArray());
        Assert.Equal((9, 40, 12), (result.Signals, result.Atoms, result.Width));
        Assert.Equal(starts[^1], values.Length);
        for (var row = 0; row < 9; row++)
        {
            double[] left = signals.Row<double>(row).ToArray();
            for (var i = (int)starts[row]; i < starts[row + 1]; i++)
                for (var d = 0; d < 12; d++) left[d] -= values[i] * atoms.Row<double>(indices[i])[d];
            Assert.Equal(Math.Sqrt(left.Sum(value => value * value)), file.Read("residual").Span<double>()[row], 1e-12);
            Assert.InRange(gaps[row], 0, 1e-12);
        }
    }

    [Fact]
    public async Task An_encoder_is_never_better_than_its_own_features_with_the_best_weights()
    {
        using var folder = new TemporaryFolder();
        var result = await tiny.Workspace.CompareCodes(new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 300, Table = folder["codes.md"] });

        var rows = result.Rows.ToDictionary(row => row.Code);
        Assert.True(rows["refit"].Fvu <= rows["encoder"].Fvu);
        Assert.True(rows["lasso-refit"].Fvu <= rows["lasso"].Fvu);
        Assert.True(rows["lasso"].Shrinkage < rows["lasso-refit"].Shrinkage);
        Assert.Equal(1, rows["encoder"].Overlap);
        Assert.True(rows["omp"].L0 <= rows["encoder"].L0);
        var eval = await tiny.Workspace.Eval(new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 300 });
        Assert.Equal(eval.CeSpliced!.Value, rows["encoder"].Ce!.Value, 1e-6);
        Assert.Equal(eval.Fvu!.Value, rows["encoder"].Fvu!.Value, 1e-5);
        Assert.Equal(2 + result.Rows.Count, (await File.ReadAllLinesAsync(folder["codes.md"])).Count(line => line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("|-", StringComparison.Ordinal)));
        Assert.Equal(JsonSerializer.Serialize(result, LabJson.Options), JsonSerializer.Serialize(await tiny.Workspace.ComparedCodes(TinyWorkspace.Sae), LabJson.Options));
    }

    [Fact]
    public async Task Finer_grids_cost_more_bits_and_leave_less_error()
    {
        using var folder = new TemporaryFolder();
        var picture = Path.Combine(folder.Path, "rates.svg");
        var result = await tiny.Workspace.RateDistortion(new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 400, Counts = [2, 4], Bits = [4, 8], Picture = picture, Table = folder["rates.md"] });

        foreach (var code in result.Points.GroupBy(point => (point.Method, point.Count)))
        {
            var (coarse, fine) = (code.First(point => point.Bits == 4), code.First(point => point.Bits == 8));
            Assert.True(fine.CodedBits > coarse.CodedBits);
            Assert.Equal(fine.FvuUnquantised, fine.Fvu, 0.05 * fine.FvuUnquantised + 0.02);
        }
        Assert.Equal(["sae", "omp", "lasso-refit", "pca", "random-projection", "quantisation"], result.Points.Select(point => point.Method).Distinct());
        Assert.Contains("| 40 | ", await File.ReadAllTextAsync(folder["rates.md"]), StringComparison.Ordinal);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(picture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_goes_from_the_empty_code_down_and_its_descents_reach_the_minimum()
    {
        var result = await tiny.Workspace.CodePath(new() { Sae = TinyWorkspace.Sae, Model = TinyWorkspace.Model, Ids = [1, 5, 9, 12, 7], Steps = 400 });

        Assert.Equal(4, result.Position);
        Assert.Empty(result.Lasso[0].Features);
        Assert.True(result.Lasso.Zip(result.Lasso.Skip(1)).All(pair => pair.Second.LambdaRatio < pair.First.LambdaRatio && pair.Second.ErrorShare <= pair.First.ErrorShare + 1e-12));
        Assert.All(result.Descents, descent => Assert.InRange(descent.Fista[^1] - descent.Least, -1e-9, 0.01 * descent.Least));
    }

    [Theory]
    [InlineData(CodeMethod.Omp, 0.5, null)]
    [InlineData(CodeMethod.Nnls, null, 4)]
    public async Task A_setting_that_the_method_does_not_take_is_refused(CodeMethod method, double? lambda, int? l0) =>
        await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Code(new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 50, Method = method, Lambda = lambda, L0 = l0 }));
}
