using SaeSharp.Saes;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Synthetic;

/// <summary>How an architecture is trained on the benchmark.</summary>
/// <param name="Name">What <c>--recipe</c> calls it.</param>
/// <param name="Lr">Its learning rate.</param>
/// <param name="Config">The SAE, from the request and the width of the activations.</param>
/// <param name="Options">Changes to <see cref="Common"/>, given the number of steps.</param>
internal sealed record SynthRecipe(string Name, double Lr, Func<SaeConfig, SynthRequest, SaeConfig> Config, Func<TrainingOptions, SynthRequest, TrainingOptions> Options)
{
    private const int DeadSteps = 1000; // SAELens' dead_feature_window

    /// <summary>Settings of SAELens' docs/synth_sae_bench.md, per architecture; what they leave out is SAELens' default.</summary>
    public static IReadOnlyList<SynthRecipe> All { get; } =
    [
        new("topk", 3e-4, (config, request) => config with { Architecture = "topk", K = Whole(request.K), RescaleActsByDecoderNorm = true }, (options, _) => options),
        new("standard", 3e-4, (config, _) => config with { Architecture = "standard" }, (options, _) => options with { Penalty = new() { Coefficient = 2, WarmupSteps = options.Steps / 3 } }),
    ];

    public static SynthRecipe Get(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw OptionException.Invalid($"There is no recipe '{name}'.", $"Known are: {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    public SaeConfig ConfigOf(SynthRequest request, int dIn, int features) => Config(
        new() { Architecture = Name, DIn = dIn, DSae = request.DSae > 0 ? request.DSae : Math.Max(1, OptionException.NotNegative(request.DSae, "--d-sae") + features / 4) }, request);

    public TrainingOptions OptionsOf(SynthRequest request) => Options(Common(request, request.Lr ?? Lr), request);

    private static TrainingOptions Common(SynthRequest request, double lr)
    {
        var steps = OptionException.Positive(request.Samples, "--samples") / OptionException.Positive(request.Batch, "--batch");
        return new()
        {
            Steps = (int)OptionException.InRange(steps, 1, int.MaxValue, "--samples divided by --batch"), Seed = request.Seed, Rate = new() { Peak = OptionException.Positive(lr, "--lr") },
            Input = new() { Normalisation = InputNormalisation.None }, Dead = new() { WindowTokens = (long)DeadSteps * request.Batch },
        };
    }

    private static int Whole(double k) => k == Math.Floor(k) && k is >= 1 and <= int.MaxValue ? (int)k : throw OptionException.Invalid($"--k is {k}, expected a whole number above 0.", "Only recipes that choose over the whole batch take fractions.");
}
