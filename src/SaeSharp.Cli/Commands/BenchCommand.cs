using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae bench SUBJECT</c></summary>
internal static class BenchCommand
{
    public static Command Create(Shell shell) => new("bench", DocComments.OfType(typeof(BenchRequest)))
    {
        Kernel(shell, "roofs", "This machine's FMA peak and read bandwidth.", nameof(BenchRequest.BufferMiB)),
        Kernel(shell, "gemm", "The matrix product 4096×768×24576 against the FMA peak."),
        Kernel(shell, "sae-step", "One training step of an SAE.", nameof(BenchRequest.Arch), nameof(BenchRequest.DIn), nameof(BenchRequest.DSae), nameof(BenchRequest.Batch), nameof(BenchRequest.K), nameof(BenchRequest.Screen),
            nameof(BenchRequest.WarmUp), nameof(BenchRequest.Lr), nameof(BenchRequest.L0), nameof(BenchRequest.Dead), nameof(BenchRequest.Saes)),
        Kernel(shell, "lm-step", "One training step of a language model.", nameof(BenchRequest.DModel), nameof(BenchRequest.Layers), nameof(BenchRequest.Heads), nameof(BenchRequest.DMlp),
            nameof(BenchRequest.Vocab), nameof(BenchRequest.Context), nameof(BenchRequest.Batch)),
        Kernel(shell, "harvest", "Activations a second from a model of a given shape, random weights.", nameof(BenchRequest.Shape), nameof(BenchRequest.Batch), nameof(BenchRequest.Context), nameof(BenchRequest.Folder)),
        Kernel(shell, "decode", "Generated tokens a second from a model of a given shape, random weights.", nameof(BenchRequest.Shape), nameof(BenchRequest.Prompt),
            nameof(BenchRequest.Steer), nameof(BenchRequest.When), nameof(BenchRequest.ReadBack), nameof(BenchRequest.K), nameof(BenchRequest.Streams), nameof(BenchRequest.Folder)),
        Kernel(shell, "store", "Training batches from an activation store on disk, one thread.", nameof(BenchRequest.DIn), nameof(BenchRequest.Batch)),
        shell.Verb<CodeBenchRequest>("code", new([]), (session, request, cancel) => session.Show(progress => session.Workspace.BenchCode(request, progress, cancel), (result, output) => Print(result, session, output))),
        shell.Verb<SearchBenchRequest>("search", new([]), (session, request, cancel) => session.Show(progress => session.Workspace.BenchSearch(request, progress, cancel), Print)),
        shell.Verb<IndexBenchRequest>("index", new([]), (session, request, cancel) => session.Show(progress => session.Workspace.BenchIndex(request, progress, cancel), Print)),
        shell.Verb<ContrastBenchRequest>("contrast", new(["Model"]), (session, request, cancel) => session.Show(progress => session.Workspace.BenchContrast(request, progress, cancel), Print)),
        shell.Verb<QualityRequest>("quality", new([]), (session, request, cancel) => session.Show(progress => session.Workspace.Quality(request, progress, cancel), Print)),
    };

    private static Command Kernel(Shell shell, string subject, string description, params string[] flags)
    {
        var command = shell.Verb<BenchRequest>(subject, new([], [.. flags, nameof(BenchRequest.Alone)]), (session, request, cancel) =>
            session.Show(progress => session.Workspace.Bench(request with { Subject = subject }, progress, cancel), Print));
        command.Description = description;
        return command;
    }

    private static void Print(BenchResult result, TextWriter output)
    {
        output.WriteLine(result.Subject);
        if (result.FmaPeakGflops is { } peak) output.WriteLine($"  FMA peak            {Figure.Of(peak)} GFLOP/s");
        if (result.ReadGBps is { } read) output.WriteLine($"  read bandwidth      {Figure.Of(read)} GB/s");
        if (result.TokensPerSecond is { } speed) output.WriteLine($"  speed               {Figure.Of(speed)} tokens/s");
        if (result.Seconds is { } seconds) output.WriteLine($"  seconds             median {Figure.Of(seconds.Median)}, min {Figure.Of(seconds.Min)}");
        if (result.RoofShare is { } share) output.WriteLine($"  share of the roof   {Figure.Share(share)}");
        if (result.FirstTokenSeconds is { } first) output.WriteLine($"  first token         {Figure.Of(first)} s from the start of the process, {Figure.Of(result.FirstTokenRssMiB ?? 0)} MiB for {Figure.Of(result.WeightMiB ?? 0)} MiB of weights");
        if (result.PlainTokensPerSecond is { } plain) output.WriteLine($"  plain, in turn      {Figure.Of(plain)} tokens/s: {Figure.Of(result.TokensPerSecond / plain ?? 0)} times that");
        if (result.PrefillTokensPerSecond is { } prefill) output.WriteLine($"  prompt              {Figure.Of(prefill)} tokens/s{(result.PrefillRoofShare is { } of ? $", {Figure.Share(of)} of the FMA peak" : "")}");
        if (result.L0 is { } l0) output.WriteLine($"  latents a token     {Figure.Of(l0)}");
        if (result.PeakRssMiB is { } memory) output.WriteLine($"  peak memory         {Figure.Of(memory)} MiB");
        if (result.AllocatedBytesPerStep is { } bytes) output.WriteLine($"  allocated a step    {Figure.Of(bytes)} bytes");
        foreach (var (name, reason) in result.Reasons) output.WriteLine($"  {name}: {reason}");
    }

    private static void Print(CodeBenchResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{result.DSae} atoms of length {result.DIn}, {result.Signals} signals, λ/λ_max {Figure.Of(result.LambdaRatio)}; a TopK encoder takes {Figure.Of(1e6 * result.EncoderSecondsPerSignal)} µs a signal");
        var sheet = session.Sheet("solver", ">signals/s", ">naive twin", ">× encoder", ">L0", ">largest gap", ">residual");
        foreach (var row in result.Rows)
            sheet.Add(row.Solver, Figure.Of(row.SignalsPerSecond), Figure.Of(row.NaivePerSecond), Figure.Of(row.OfEncoder), Figure.Of(row.L0), Figure.Of(row.LargestGap), Figure.Of(row.RelativeResidual));
        sheet.Write(output);
    }

    private static void Print(SearchBenchResult result, TextWriter output)
    {
        output.WriteLine($"{Figure.Of(result.Features)} features with names; index of names made in {Figure.Of(result.BuildSeconds)} s");
        output.WriteLine($"  by name             {Figure.Of(result.LabelMilliseconds)} ms; every name one by one {Figure.Of(result.NaiveMilliseconds)} ms");
        output.WriteLine($"  by name, filtered   {Figure.Of(result.FilteredMilliseconds)} ms");
        output.WriteLine($"  by direction        {Figure.Of(result.DirectionMilliseconds)} ms, rows of length {result.DIn}");
        output.WriteLine($"  misspelled, first   {Figure.Share(result.FoundFirst)}");
    }

    private static void Print(IndexBenchResult result, TextWriter output)
    {
        output.WriteLine($"{Figure.Of(result.Features)} features of {result.Saes} SAEs of {Visible.Text(result.Model)}, {Figure.Of(result.Tokens)} tokens, L0 {Figure.Of(result.L0)}");
        output.WriteLine($"  harvest alone       {Figure.Of(result.HarvestSeconds)} s");
        output.WriteLine($"  encoding alone      {Figure.Of(result.EncodeSeconds)} s");
        output.WriteLine($"  whole index         {Figure.Of(result.IndexSeconds)} s, {Figure.Of(result.TokensPerSecond)} tokens/s: {Figure.Of(result.Ratio)} of 1 / (harvest + encoding)");
        output.WriteLine($"  size                {Figure.Bytes(result.IndexBytes)}");
        output.WriteLine($"  peak memory         {Figure.Of(result.PeakRssMiB)} MiB");
    }

    private static void Print(ContrastBenchResult result, TextWriter output)
    {
        output.WriteLine($"{Figure.Of((long)result.Prompts)} prompts, {Figure.Of(result.Tokens)} tokens, {Figure.Of((long)result.Features)} features of {result.Saes} SAEs of {Visible.Text(result.Model)}");
        output.WriteLine($"  read and encode     {Figure.Of(result.EncodeSeconds)} s");
        output.WriteLine($"  contrast            {Figure.Of(result.Seconds)} s: {Figure.Of(result.Ratio)} of 1 / encode; the first of the process {Figure.Of(result.FirstSeconds)} s");
    }

    private static void Print(QualityResult result, TextWriter output)
    {
        output.WriteLine($"{result.Documents} documents, {Figure.Of(result.TrainTokens)} training and {Figure.Of(result.HeldOutTokens)} held-out tokens, checksums {result.TrainChecksum} and {result.HeldOutChecksum}: as in the recipe");
        output.WriteLine($"mean norm {Figure.Of(result.MeanNorm)}");
        EvalCommand.Print(result.Eval, output);
        output.WriteLine($"  klZero {Figure.Of(result.KlZero)}, klMean {Figure.Of(result.KlMean)}; dead {result.DeadHeldOut} / {result.DeadOverall}; decoder cosine {string.Join(" / ", result.DecoderCosine.Select(cosine => Figure.Of(cosine)))}");
        var time = result.Seconds;
        output.WriteLine($"seconds: read {Figure.Of(time.Read)}, harvest {Figure.Of(time.Harvest)}, train {Figure.Of(time.Train)}, evaluate {Figure.Of(time.Evaluate)}, total {Figure.Of(time.Total)}");
        output.WriteLine($"weights sha256 {result.WeightsSha256}");
    }
}
