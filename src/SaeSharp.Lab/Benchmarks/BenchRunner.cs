using System.Globalization;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Roofs;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Holds a kernel against the machine: roofs and kernel are measured in the same minute, each in a process of its own.</summary>
internal static class BenchRunner
{
    private static readonly SortedDictionary<string, Benchmark> Subjects = new(StringComparer.Ordinal)
    {
        ["gemm"] = new GemmBenchmark(),
        ["sae-step"] = new SaeStepBenchmark(),
        ["harvest"] = new HarvestBenchmark(),
        ["lm-step"] = new LmStepBenchmark(),
        ["decode"] = new DecodeBenchmark(),
        ["store"] = new StoreBenchmark(),
    };

    public static async Task<BenchResult> Run(BenchRequest request, int threads, CancellationToken cancel)
    {
        threads = threads == 0 ? Environment.ProcessorCount : threads;
        if (request.Subject == "roofs") return Roofs(request, threads);
        if (!Subjects.TryGetValue(request.Subject, out var benchmark))
            throw OptionException.Invalid($"There is no benchmark '{request.Subject}'.", $"Benchmarks: roofs, {string.Join(", ", Subjects.Keys)}, quality.");
        using var temporary = NeedsModel(request) && request.Folder is null ? new TemporaryFolder() : null;
        if (temporary is not null) request = request with { Folder = temporary.Path };
        if (NeedsModel(request)) RandomModel.Write(ModelShape.Of(request.Shape), request.Folder!);
        if (request.Alone) return Alone(request, benchmark, threads, cancel);

        var threadText = threads.ToString(CultureInfo.InvariantCulture);
        string[] roofArguments = ["bench", "roofs", "--json", "--threads", threadText, "--buffer-mib", benchmark.BufferMiB(request).ToString(CultureInfo.InvariantCulture)];
        var before = await SelfProcess.Bench(roofArguments, cancel).ConfigureAwait(false);
        var kernel = await SelfProcess.Bench([.. Arguments(request), "--alone", "--json", "--threads", threadText], cancel).ConfigureAwait(false);
        var after = await SelfProcess.Bench(roofArguments, cancel).ConfigureAwait(false);
        var roofs = before with
        {
            FmaPeakGflops = Math.Max(before.FmaPeakGflops!.Value, after.FmaPeakGflops!.Value),
            ReadGBps = Math.Max(before.ReadGBps!.Value, after.ReadGBps!.Value),
        };
        return benchmark.AgainstRoofs(request, kernel, roofs) with
        {
            RoofShare = benchmark.RoofShare(request, kernel.Seconds!.Median, roofs),
            FmaPeakGflops = roofs.FmaPeakGflops,
            ReadGBps = roofs.ReadGBps,
            Reasons = Without(kernel.Reasons, "roofShare", "fmaPeakGflops", "readGBps"),
        };
    }

    private static BenchResult Roofs(BenchRequest request, int threads)
    {
        const string NoKernel = "roofs are the machine's own, no kernel was run";
        return new()
        {
            Subject = request.Subject,
            FmaPeakGflops = MachineRoofs.MultiplyAddFlops(threads) / 1e9,
            ReadGBps = MachineRoofs.ReadBytesPerSecond(threads, (long)request.BufferMiB << 20) / 1e9,
            Reasons = new Dictionary<string, string>
            {
                ["tokensPerSecond"] = NoKernel, ["seconds"] = NoKernel, ["roofShare"] = NoKernel, ["peakRssMiB"] = NoKernel, ["allocatedBytesPerStep"] = NoKernel,
            },
        };
    }

    private static BenchResult Alone(BenchRequest request, Benchmark benchmark, int threads, CancellationToken cancel)
    {
        const string NoRoofs = "roofs are measured by another process; leave out --alone";
        var measured = benchmark.Measure(request, CpuBackend.Create(threads, screening: ScreeningNamed(request.Screen)), cancel);
        var ordered = measured.Seconds.Order().ToArray();
        var median = ordered[ordered.Length / 2];
        var reasons = new Dictionary<string, string> { ["roofShare"] = NoRoofs, ["fmaPeakGflops"] = NoRoofs, ["readGBps"] = NoRoofs };
        if (measured.Tokens == 0) reasons["tokensPerSecond"] = "a matrix product has no tokens";
        return benchmark.Describe(measured, new()
        {
            Subject = request.Subject, TokensPerSecond = measured.Tokens == 0 ? null : measured.Tokens / median, Seconds = new(median, ordered[0]),
            PeakRssMiB = measured.PeakRssMiB ?? SelfProcess.PeakRssMiB(), AllocatedBytesPerStep = measured.AllocatedBytes, Reasons = reasons,
        });
    }

    private static string[] Arguments(BenchRequest request)
    {
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        static string Real(double number) => number.ToString("R", CultureInfo.InvariantCulture);
        return request.Subject switch
        {
            "sae-step" => ["bench", request.Subject, "--arch", request.Arch, "--d-in", Text(request.DIn), "--d-sae", Text(request.DSae), .. Batch(), "--k", Text(request.K), "--screen", request.Screen,
                "--warm-up", Text(request.WarmUp), "--lr", Real(request.Lr), "--dead", Real(request.Dead), "--saes", Text(request.Saes), .. request.L0 is { } l0 ? ["--l0", Real(l0)] : Array.Empty<string>()],
            "harvest" => ["bench", request.Subject, "--shape", request.Shape, "--folder", request.Folder!, .. Batch(), .. request.Context is { } context ? ["--context", Text(context)] : Array.Empty<string>()],
            "lm-step" => ["bench", request.Subject, "--d-model", Text(request.DModel), "--layers", Text(request.Layers), "--heads", Text(request.Heads), "--d-mlp", Text(request.DMlp),
                "--vocab", Text(request.Vocab), .. Batch(), .. request.Context is { } length ? ["--context", Text(length)] : Array.Empty<string>()],
            "store" => ["bench", request.Subject, "--d-in", Text(request.DIn), .. Batch()],
            "decode" => ["bench", request.Subject, "--shape", request.Shape, "--folder", request.Folder!, "--prompt", Text(request.Prompt), "--read-back", Text(request.ReadBack),
                "--streams", Text(request.Streams), "--when", Text(request.When), .. request.Steer ? ["--steer"] : Array.Empty<string>()],
            _ => ["bench", request.Subject],
        };
        string[] Batch() => request.Batch is { } batch ? ["--batch", Text(batch)] : [];
    }

    private static Screening ScreeningNamed(string name) => Enum.TryParse<Screening>(name, ignoreCase: true, out var screening) && Enum.IsDefined(screening) ? screening
        : throw OptionException.Invalid($"'{name}' does not say whether to screen.", "Say auto, on or off.");

    private static bool NeedsModel(BenchRequest request) => request.Subject is "harvest" or "decode";

    private static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> reasons, params string[] names) =>
        reasons.Where(r => !names.Contains(r.Key)).ToDictionary(r => r.Key, r => r.Value);
}
