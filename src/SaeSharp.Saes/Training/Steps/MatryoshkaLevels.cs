using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Which level of a Matryoshka dictionary each latent is in: by fixed or drawn widths, by id or by how often latents fire.</summary>
/// <remarks>Drawn widths: P(width ≥ m) = m^−a for m from 1 to dSae − 1, all different (Nabeshima 2024, <c>matryoshka-saes</c>); they depend on seed and step alone, so that a resumed run draws the same.</remarks>
internal sealed class MatryoshkaLevels
{
    private const int Stream = 0x3A7; // of random numbers
    private readonly StepSetting _setting;
    private readonly MatryoshkaOptions _options;
    private readonly int[] _widths, _order;
    private readonly Falling _falling;

    /// <param name="setting">Sizes and options.</param>
    /// <param name="usual">Widths of the inner levels where the options give none.</param>
    public MatryoshkaLevels(StepSetting setting, params ReadOnlySpan<int> usual)
    {
        (_setting, _options) = (setting, setting.Options.Matryoshka);
        Frequencies = Tensor.Zeros(DType.F64, setting.DSae);
        _falling = new(Frequencies);
        _order = [.. Enumerable.Range(0, setting.DSae)];
        _widths = _options.SampledLevels > 0 ? new int[OptionException.InRange(_options.SampledLevels, 1, setting.DSae - 1, nameof(_options.SampledLevels)) + 1] : Fixed(usual);
        _widths[^1] = setting.DSae;
    }

    public int Count => _widths.Length;

    /// <summary>How often each latent fires, for a checkpoint: [dSae], f64.</summary>
    public Tensor Frequencies { get; }

    /// <summary>Latents in the order in which levels take them.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>Writes the level of every latent at step t into <paramref name="levelOf"/>.</summary>
    public void Assign(int step, Span<int> levelOf)
    {
        if (_options.SampledLevels > 0) Sample(step);
        if (_options.SortByFrequency) _order.AsSpan().Sort(_falling);
        for (int rank = 0, level = 0; rank < _order.Length; rank++)
        {
            while (rank >= _widths[level]) level++;
            levelOf[_order[rank]] = level;
        }
    }

    /// <summary>Takes note of how many activations of the batch each latent fired for: differences of <paramref name="starts"/> [dSae + 1].</summary>
    public void See(ReadOnlySpan<int> starts)
    {
        if (!_options.SortByFrequency) return;
        var frequencies = Frequencies.Span<double>();
        for (var f = 0; f < frequencies.Length; f++)
            frequencies[f] = _options.FrequencyDecay * frequencies[f] + (1 - _options.FrequencyDecay) * (starts[f + 1] - starts[f]) / _setting.BatchSize;
    }

    private int[] Fixed(ReadOnlySpan<int> usual)
    {
        var dSae = _setting.DSae;
        List<int> widths = [.. _options.Widths ?? [.. usual.ToArray().Where(width => width > 0).Distinct()]];
        if (widths.Count == 0 || widths[^1] != dSae) widths.Add(dSae);
        for (var i = 0; i < widths.Count; i++)
        {
            if (widths[i] > (i == 0 ? 0 : widths[i - 1]) && widths[i] <= dSae) continue;
            throw OptionException.Invalid($"The Matryoshka widths are {string.Join(", ", widths)}, expected rising numbers from 1 to {dSae}.", "Give each level more latents than the one before it, and none more than the SAE has.");
        }
        return [.. widths];
    }

    private void Sample(int step)
    {
        var random = new SeededRandom(_setting.Options.Seed, Stream, step);
        var last = _setting.DSae - 1;
        var inner = _widths.AsSpan(0, _widths.Length - 1);
        var share = 1 - Math.Pow(last + 1, -_options.ParetoShape);
        for (var i = 0; i < inner.Length; i++)
        {
            var width = (int)Math.Min(last, Math.Pow(1 - random.NextDouble() * share, -1 / _options.ParetoShape));
            while (inner[..i].Contains(width)) width = width == last ? 1 : width + 1;
            inner[i] = width;
        }
        inner.Sort();
    }

    /// <summary>The most frequent first, ties to the smaller id.</summary>
    private sealed class Falling(Tensor frequencies) : IComparer<int>
    {
        public int Compare(int a, int b) => frequencies.Span<double>()[b].CompareTo(frequencies.Span<double>()[a]) is var order and not 0 ? order : a.CompareTo(b);
    }
}
