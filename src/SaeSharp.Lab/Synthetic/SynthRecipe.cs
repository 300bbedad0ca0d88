using SaeSharp.Saes;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Synthetic;

/// <summary>How an architecture is trained on the benchmark: a table of what SAELens' docs/synth_sae_bench.md says for each, and recipes of ours.</summary>
/// <param name="Name">What <c>--recipe</c> calls it.</param>
/// <param name="Architecture">The architecture.</param>
/// <param name="IsShort">Whether it always takes the settings for short runs.</param>
/// <param name="Chooses">Whether latents are chosen by their number; otherwise a penalty is steered to it.</param>
/// <param name="Change">What differs from <see cref="Common"/>; what neither says is SAELens' default.</param>
internal sealed record SynthRecipe(string Name, string Architecture, bool IsShort, bool Chooses, Func<TrainingOptions, SynthRequest, TrainingOptions> Change)
{
    private const int Batch = 1024, DeadSteps = 1000; // SAELens' dead_feature_window
    private const int ShortBatch = 256, ShortDeadSamples = 12_500;
    private const double ShortRate = 3e-3;

    public static IReadOnlyList<SynthRecipe> All { get; } =
    [
        new("topk", "topk", false, true, (options, _) => options),
        new("batchtopk", "batchtopk", false, true, (options, request) => options with { Selection = options.Selection with { K = request.K } }),
        new("matryoshka", "matryoshka_batchtopk", false, true, (options, request) => options with
        {
            Selection = options.Selection with { K = request.K }, Matryoshka = new() { AuxByLevel = true }, // widths 128, 512, 2048 and 4096 there: the default's shares
        }),
        new("jumprelu", "jumprelu", false, false, (options, request) => options with
        {
            Input = new() { Normalisation = InputNormalisation.MeanNorm }, Decoder = options.Decoder with { InitNorm = 0.5 },
            JumpRelu = new() { InitialThreshold = 1, Bandwidth = 1 }, Penalty = new() { Coefficient = 1, TargetL0 = request.K },
        }),
        new("standard", "standard", false, false, (options, request) => options with { Penalty = new() { Coefficient = 2, WarmupSteps = options.Steps / 3, TargetL0 = request.K } }),
        new("ours", "matryoshka_batchtopk", true, true, (options, request) => options with
        {
            Selection = options.Selection with { K = request.K }, Matryoshka = new() { Detached = true, SortByFrequency = true },
        }),
    ];

    public static SynthRecipe Get(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw OptionException.Invalid($"There is no recipe '{name}'.", $"Known are: {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    public SaeConfig ConfigOf(SynthRequest request, int dIn, int features) => new()
    {
        Architecture = Architecture, DIn = dIn, DSae = request.DSae > 0 ? request.DSae : Math.Max(1, OptionException.NotNegative(request.DSae, "--d-sae") + features / 4),
        K = Chooses ? Whole(request.K) : 0, RescaleActsByDecoderNorm = Chooses,
    };

    /// <summary>Samples a step.</summary>
    public int BatchOf(SynthRequest request) => OptionException.Positive(request.Batch ?? (IsShortFor(request) ? ShortBatch : Batch), "--batch");

    public TrainingOptions OptionsOf(SynthRequest request)
    {
        var common = Common(request, BatchOf(request));
        return Change(IsShortFor(request) ? Shortened(common, request) : common, request);
    }

    private bool IsShortFor(SynthRequest request) => request.Short || IsShort;

    private static TrainingOptions Common(SynthRequest request, int batch)
    {
        var steps = OptionException.Positive(request.Samples, "--samples") / batch;
        return new()
        {
            Steps = (int)OptionException.InRange(steps, 1, int.MaxValue, "--samples divided by --batch"), Seed = request.Seed, Rate = new() { Peak = OptionException.Positive(request.Lr ?? 3e-4, "--lr") },
            Input = new() { Normalisation = InputNormalisation.None }, Dead = new() { WindowTokens = (long)DeadSteps * batch },
        };
    }

    /// <summary>For thousands of steps instead of hundreds of thousands: a high rate that falls at the end, directions that start on data, and the dead are found soon.</summary>
    private static TrainingOptions Shortened(TrainingOptions options, SynthRequest request) => options with
    {
        Rate = new() { Peak = request.Lr ?? ShortRate, DecaySteps = options.Steps / 3 },
        Decoder = new() { Directions = DirectionInit.Data },
        Dead = new() { WindowTokens = ShortDeadSamples },
    };

    /// <summary>TopK takes whole numbers; the others' own k may be a fraction, and this one is then only what the file says.</summary>
    private int Whole(double k) => Architecture != "topk" && k >= 1 || k == Math.Floor(k) && k is >= 1 and <= int.MaxValue
        ? (int)k
        : throw OptionException.Invalid($"--k is {k}, expected a whole number above 0.", "Only recipes that choose over the whole batch take fractions.");
}
