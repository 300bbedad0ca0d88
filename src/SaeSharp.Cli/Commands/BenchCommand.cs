using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae bench roofs|gemm|sae-step|harvest|decode</c> and <c>sae bench quality</c>.</summary>
internal static class BenchCommand
{
    public static Command Create(Console console)
    {
        var command = Verb.Create<BenchRequest, BenchResult>(
            console, "bench", [nameof(BenchRequest.Subject)], (workspace, request, progress, cancel) => workspace.Bench(request, progress, cancel), Print);
        command.Add(Verb.Create<QualityRequest, QualityResult>(console, "quality", [], (workspace, request, progress, cancel) => workspace.Quality(request, progress, cancel), Print));
        return command;
    }

    private static void Print(BenchResult bench, TextWriter output) => TextTable.Pairs(output,
        ("subject", bench.Subject),
        ("tokens/s", Printable.Number(bench.TokensPerSecond)),
        ("seconds", bench.Seconds is { } seconds ? $"{Printable.Number(seconds.Median)} median, {Printable.Number(seconds.Min)} least" : "–"),
        ("share of roof", Printable.Percent(bench.RoofShare)),
        ("peak memory", $"{Printable.Number(bench.PeakRssMiB)} MiB resident"),
        ("allocated", $"{Printable.Number(bench.AllocatedBytesPerStep)} bytes a step"),
        ("FMA peak", $"{Printable.Number(bench.FmaPeakGflops)} GFLOP/s"),
        ("read", $"{Printable.Number(bench.ReadGBps)} GB/s"));

    private static void Print(QualityResult quality, TextWriter output)
    {
        TextTable.Pairs(output,
            ("documents", $"{Printable.Count(quality.Documents)}, {Printable.Count(quality.TrainTokens)} training and {Printable.Count(quality.HeldOutTokens)} held-out tokens"),
            ("checksums", $"{quality.TrainChecksum} and {quality.HeldOutChecksum}, as the recipe's"), ("mean norm", Printable.Number(quality.MeanNorm)));
        EvalCommand.Print(quality.Eval, output);
        TextTable.Pairs(output,
            ("KL of ablation", $"{Printable.Number(quality.KlZero)} zero, {Printable.Number(quality.KlMean)} mean"),
            ("never fire", $"{quality.DeadHeldOut} latents on the held-out tokens, {quality.DeadOverall} on 200,000"),
            ("decoder cosine", string.Join(" / ", quality.DecoderCosine.Select(c => Printable.Number(c)))),
            ("seconds", $"{Printable.Number(quality.Seconds.Total)}: reading {Printable.Number(quality.Seconds.Read)}, harvest {Printable.Number(quality.Seconds.Harvest)}, "
                + $"training {Printable.Number(quality.Seconds.Train)}, evaluation {Printable.Number(quality.Seconds.Evaluate)}"));
    }
}
