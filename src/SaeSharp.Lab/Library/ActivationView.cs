using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Library;

/// <summary>A hook of a model as an SAE wants it: with the processing that it was trained under, applied to this hook only. The model itself stays as published.</summary>
/// <remarks>
/// TransformerLens centres writing weights where norms take the mean out anyway (LayerNorm). Every write then has mean 0, so the stream it sees is the published
/// stream less its mean, row by row, and nothing behind a norm changes. What the view takes away from a row is put back when the row is written.
/// <c>hook_normalized</c> of TransformerLens is the norm's value before gain and bias, which is our <c>hook_normalized_raw</c>.
/// </remarks>
/// <param name="Hook">The model's hook point.</param>
/// <param name="Centred">Whether each row is read without its mean.</param>
/// <param name="Head">The one attention head it reads; null for all.</param>
internal sealed record ActivationView(string Hook, bool Centred = false, HeadPart? Head = null)
{
    private static readonly string[] Written = ["hook_embed", "hook_pos_embed", "hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out"];

    /// <summary>The hook of <paramref name="model"/> that an SAE with this config reads, and how.</summary>
    /// <exception cref="ModelException">The model has no such hook.</exception>
    /// <exception cref="LabException">The SAE was trained under processing that cannot be applied to this hook.</exception>
    public static ActivationView Of(Transformer model, string hook, ModelProcessing processing, int? head = null)
    {
        hook = model.RequireHook(hook);
        if (head is { } index)
        {
            var (width, heads) = (model.Spec.Attention.DHead, model.HookWidth(hook) / model.Spec.Attention.DHead);
            if (!hook.Contains(".attn.", StringComparison.Ordinal) || (uint)index >= (uint)heads) throw LabException.NoHead(hook, index, hook.Contains(".attn.", StringComparison.Ordinal) ? heads : 0);
            return Of(model, hook, processing) with { Head = new(index, width) };
        }
        var last = hook[(hook.LastIndexOf('.') + 1)..];
        if (processing.FoldValueBiases && last is "hook_v" or "hook_z") throw LabException.ProcessingNotApplied(hook, "fold_value_biases");
        if (last == "hook_normalized") return new($"{hook}_raw");
        return new(hook, processing.CenterWritingWeights && model.Spec.Norm is Norm.Layer && Written.Contains(last));
    }

    /// <summary>How many numbers it reads of a row: dIn.</summary>
    public int WidthOf(Transformer model) => Head?.Width ?? model.HookWidth(Hook);

    /// <summary>x = what the SAE reads of the hook's row h; x may be h. [dIn] → [dIn].</summary>
    public void Read(ReadOnlySpan<float> h, Span<float> x)
    {
        if (Head is { } head) h.Slice(head.Start, head.Width).CopyTo(x);
        else if (Centred) TensorPrimitives.Subtract(h, Mean(h), x);
        else h.CopyTo(x);
    }

    /// <summary>Reads every row of <paramref name="h"/>, in place but for a head, and returns what was read: [rows, dIn].</summary>
    public Tensor Read(Tensor h)
    {
        if (Head is { } head)
        {
            var x = Tensor.Zeros(DType.F32, h.RowCount, head.Width);
            for (var row = 0; row < h.RowCount; row++) Read(h.Row<float>(row), x.Row<float>(row));
            return x;
        }
        for (var row = 0; Centred && row < h.RowCount; row++) Read(h.Row<float>(row), h.Row<float>(row));
        return h;
    }

    /// <summary>Makes h read as x; what the view takes away from h stays.</summary>
    public void Write(ReadOnlySpan<float> x, Span<float> h)
    {
        if (Head is { } head) x.CopyTo(h.Slice(head.Start, head.Width));
        else if (Centred) TensorPrimitives.Add(x, Mean(h), h);
        else x.CopyTo(h);
    }

    private static float Mean(ReadOnlySpan<float> h)
    {
        var sum = 0.0;
        foreach (var value in h) sum += value;
        return (float)(sum / h.Length);
    }
}

/// <summary>The columns of one attention head in a row of all heads.</summary>
/// <param name="Index">Which, from 0.</param>
/// <param name="Width">dHead.</param>
internal sealed record HeadPart(int Index, int Width)
{
    /// <summary>Its first column.</summary>
    public int Start => Index * Width;
}
