using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Branches;

/// <summary>A layer's attention or MLP as what it adds to the residual stream: one direction for each number of a head's output, or for each neuron.</summary>
/// <remarks>
/// With h the head outputs or neurons, it adds Σ h[i]·direction[i] and a bias. Where a norm stands behind it, the directions are what its gain makes of them; its division, which differs
/// from token to token, is left out, as is the centring of a norm with a mean put in.
/// </remarks>
public sealed class BranchOutput
{
    private readonly StoredWeight _weight;
    private readonly float[]? _gain;
    private readonly bool _centres;

    /// <param name="hook">Where what it adds can be read.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="headWidth">Numbers of a head's output; null for an MLP.</param>
    /// <param name="expert">Which expert.</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="gain">[outputs].</param>
    /// <param name="centres">Whether the norm behind takes a mean out.</param>
    internal BranchOutput(string hook, int layer, int? headWidth, string? expert, StoredWeight weight, float[]? gain, bool centres)
    {
        (Hook, Layer, HeadWidth, Expert) = (hook, layer, headWidth, expert);
        (_weight, _gain, _centres) = (weight, gain, centres && gain is not null);
    }

    /// <summary><c>blocks.{layer}.hook_attn_out</c> or <c>blocks.{layer}.hook_mlp_out</c>.</summary>
    public string Hook { get; }

    public int Layer { get; }

    /// <summary>Numbers of a head's output, one head after another; null for an MLP, whose inputs are neurons.</summary>
    public int? HeadWidth { get; }

    /// <summary>Which of several MLPs of the layer: the expert's number, or "shared"; null where there is one.</summary>
    public string? Expert { get; }

    /// <summary>Neurons, or numbers of all heads.</summary>
    public int Inputs => _weight.Shape[1];

    /// <summary>The directions of <paramref name="count"/> inputs from <paramref name="first"/> on: [count, dModel], f32, in new memory.</summary>
    public Tensor Directions(int first, int count)
    {
        OptionException.InRange(first, 0, Inputs, nameof(first));
        OptionException.InRange(count, 0, Inputs - first, nameof(count));
        var directions = Tensor.Zeros(DType.F32, count, _weight.Shape[0]);
        if (_weight.AsTransposed is { } turned) turned.Rows(first, count).To(DType.F32).CopyTo(directions);
        else CopyColumns(_weight.Read(), first, directions);
        if (_gain is not null)
            for (var row = 0; row < count; row++) Finish(directions.Row<float>(row));
        return directions;
    }

    private static void CopyColumns(Tensor weight, int first, Tensor directions)
    {
        for (var output = 0; output < weight.Shape[0]; output++)
        {
            var row = weight.Rows(output, 1).Reshape(weight.Columns).Rows(first, directions.RowCount).To(DType.F32).Span<float>();
            for (var i = 0; i < row.Length; i++) directions.Row<float>(i)[output] = row[i];
        }
    }

    private void Finish(Span<float> direction)
    {
        var mean = 0.0;
        foreach (var value in direction) mean += value;
        mean = _centres ? mean / direction.Length : 0;
        for (var i = 0; i < direction.Length; i++) direction[i] = (float)(direction[i] - mean) * _gain![i];
    }
}
