using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The aux-k losses of a step: one for the whole dictionary, or one for each level of a Matryoshka dictionary, whose dead latents explain what that level left over.</summary>
internal sealed class AuxLoss(StepSetting setting, SaeParameters weights)
{
    private readonly List<DeadLatentTerm> _terms = [];
    private readonly int[] _ofLevel = new int[setting.DSae];
    private DeadScratch? _scratch; // made when the first latent dies: many runs never need its memory
    private int _used;

    /// <summary>The loss for a batch; see <see cref="DeadLatentTerm.Forward"/>.</summary>
    public double Forward(Tensor input, Tensor residual, Tensor? norms, ReadOnlySpan<int> dead, double errorWeight)
    {
        _used = 0;
        return dead.Length == 0 || setting.Options.Dead.AuxCoefficient == 0 ? 0 : Next().Forward(input, residual, norms, dead, errorWeight);
    }

    /// <summary>The sum of the losses of all levels.</summary>
    public double Forward(Tensor input, PrefixTerm prefixes, Tensor? norms, ReadOnlySpan<int> dead, double errorWeight)
    {
        (_used, var loss) = (0, 0.0);
        if (dead.Length == 0 || setting.Options.Dead.AuxCoefficient == 0) return 0;
        for (var level = 0; level < prefixes.Levels; level++)
        {
            var count = 0;
            foreach (var latent in dead)
                if (prefixes.LevelOf[latent] == level) _ofLevel[count++] = latent;
            if (count > 0) loss += Next().Forward(input, prefixes.Residual(level), norms, _ofLevel.AsSpan(0, count), errorWeight);
        }
        return loss;
    }

    /// <summary>Adds the gradients of the last loss to those of the weights.</summary>
    public void AddGradients(Tensor input)
    {
        for (var i = 0; i < _used; i++) _terms[i].AddGradients(input);
    }

    private DeadLatentTerm Next()
    {
        if (_used == _terms.Count) _terms.Add(new(setting, weights, _scratch ??= new(setting)));
        return _terms[_used++];
    }
}
