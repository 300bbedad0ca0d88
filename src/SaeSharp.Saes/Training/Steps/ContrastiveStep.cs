using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a contrastive temporal SAE: a Matryoshka BatchTopK SAE whose first level has to tell the neighbour of a token from other tokens, so that it holds what lasts over tokens.</summary>
/// <remarks>
/// Bhalla, Oesterling et al. 2025, arXiv:2511.05541. A row of a batch is [x_t | x_{t+1}] of one text. loss = that of Matryoshka with the levels' first fifth and all, over both tokens, and
/// <see cref="ContrastiveTerm"/>. Saved like BatchTopK: at inference it needs no neighbours.
/// </remarks>
[SaeArchitecture("contrastive")]
[TrainingTraits(CountsOverBatch = true, ReadsPairs = true)]
internal sealed class ContrastiveStep : PrefixStep
{
    private readonly ContrastiveTerm? _contrast;

    public ContrastiveStep(StepSetting setting) : this(setting with { BatchSize = checked(2 * setting.BatchSize) }, Math.Max(1, (int)(setting.Options.Contrastive.HighShare * setting.DSae))) { }

    private ContrastiveStep(StepSetting setting, int high) : base(setting, new(setting, high))
    {
        if (setting.Options.Matryoshka.SampledLevels > 0)
            throw OptionException.Invalid("A contrastive SAE cannot draw the widths of its levels, as its first level has a loss of its own.", "Set SampledLevels to 0.");
        if (setting.Options.Contrastive.Coefficient > 0) _contrast = new(setting, Prefixes);
    }

    public override int RowWidth => 2 * Setting.DIn;

    protected override double ForwardMore(Tensor input, Tensor target, Tensor? norms) => _contrast?.Forward(Term, norms) ?? 0;

    protected override void AddLatentGradients(Tensor? norms) => _contrast?.AddGradients(Term, norms);
}
