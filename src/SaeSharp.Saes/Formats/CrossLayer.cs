using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>One layer of a cross-layer transcoder as an SAE whose output is the hooks of all its target layers, one after another.</summary>
/// <remarks>Each layer's b_dec and skip connection are of its own output alone, so that the sum over all layers of a transcoder is its output (Ameisen et al. 2025).</remarks>
internal static class CrossLayer
{
    /// <summary>W_dec [dSae, targets, d] → [dSae, targets · d]; b_dec [d] and W_skip [d, dIn] get zeros for the other targets.</summary>
    public static void Spread(Dictionary<string, Tensor> tensors, CrossLayerTargets targets)
    {
        var decoder = tensors["W_dec"];
        tensors["W_dec"] = decoder.Reshape(decoder.Shape[0], checked(targets.Count * targets.Width));
        tensors["b_dec"] = Padded(tensors["b_dec"], targets);
        if (tensors.TryGetValue("W_skip", out var skip)) tensors["W_skip"] = Padded(skip, targets);
    }

    private static Tensor Padded(Tensor own, CrossLayerTargets targets)
    {
        if (own.Rank == 0 || own.Shape[0] != targets.Width) return own; // refused by its shape when it is taken
        int[] shape = [checked(targets.Count * targets.Width), .. own.Shape[1..]];
        var all = Tensor.Zeros(DType.F32, shape);
        own.Span<float>().CopyTo(all.Span<float>()[(targets.Own * (int)own.Count)..]);
        return all;
    }
}
