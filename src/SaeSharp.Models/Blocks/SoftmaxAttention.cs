using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>z = softmax(scale·q·kᵀ)·v over the rows of each sequence, or over what its cache holds, with the hook of the pattern.</summary>
internal sealed class SoftmaxAttention
{
    private readonly int _layer;
    private readonly AttentionSpec _weighing;
    private readonly HookPoint _hookPattern;

    /// <param name="hooks">Gets <c>{name}.hook_pattern</c>.</param>
    /// <param name="name">The layer's.</param>
    /// <param name="layer">Whose caches hold keys and values.</param>
    /// <param name="weighing">Scale, window, soft cap, sinks.</param>
    public SoftmaxAttention(HookList hooks, string name, int layer, AttentionSpec weighing) => (_layer, _weighing, _hookPattern) = (layer, weighing, hooks.Add($"{name}.hook_pattern", null));

    /// <summary>q [rows, heads, dHead], k and v [rows, keyHeads, dHead] → z [rows, heads, dHead]. True where the run ended here.</summary>
    public bool Run(Pass pass, Tensor q, Tensor k, Tensor v, Tensor z)
    {
        if (pass.IsCached) AttendCached(pass, q, k, v, z);
        else Attend(pass, q, k, v, z);
        return pass.EndsAt(_hookPattern);
    }

    private void Attend(Pass pass, Tensor q, Tensor k, Tensor v, Tensor z)
    {
        var sequences = pass.Batch.Sequences;
        var patterns = pass.Wants(_hookPattern) ? new Tensor[sequences.Length] : null;
        for (var s = 0; patterns is not null && s < patterns.Length; s++)
            patterns[s] = Tensor.Zeros(q.DType, q.Shape[1], sequences[s].Count, sequences[s].Count);
        pass.Backend.Attention(q, k, v, sequences, _weighing, z, patterns);
        for (var s = 0; patterns is not null && s < patterns.Length; s++)
        {
            var (start, count) = sequences[s];
            AttentionPattern.Show(pass, _hookPattern, s, patterns[s], v.Rows(start, count), z.Rows(start, count));
        }
    }

    private void AttendCached(Pass pass, Tensor q, Tensor k, Tensor v, Tensor z)
    {
        var sequences = pass.Batch.Sequences;
        var caches = pass.Caches(_layer);
        for (var s = 0; s < caches.Length; s++) caches[s].Append(k, v, sequences[s].Start, sequences[s].Count);
        pass.Backend.AttentionCached(q, sequences, caches, _weighing, z);
        for (var s = 0; s < caches.Length; s++)
        {
            if (!pass.Wants(_hookPattern, s)) continue;
            var (start, count) = sequences[s];
            var (pattern, values) = AttentionPattern.Of(pass.Backend, q.Rows(start, count), caches[s], _weighing); // [heads, rows, positions]
            AttentionPattern.Show(pass, _hookPattern, s, pattern, values, z.Rows(start, count));
        }
    }
}
