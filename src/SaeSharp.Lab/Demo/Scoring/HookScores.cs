using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>All scores at one hook: its SAEs, an untrained dictionary of their size, and what needs no dictionary; by token and by sentence.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Saes">Its SAEs.</param>
/// <param name="L0">Latents on a token, SAE by SAE.</param>
/// <param name="Codes">Codes of both halves, SAE by SAE.</param>
/// <param name="Untrained">The untrained dictionary.</param>
/// <param name="Tokens">By token.</param>
/// <param name="Sentences">By sentence.</param>
internal sealed record HookScores(string Hook, IReadOnlyList<LoadedSae> Saes, double[] L0, IReadOnlyList<CodedText> Codes, SparseAutoencoder Untrained, RowScores Tokens, RowScores Sentences)
{
    public static HookScores Of(string hook, IReadOnlyList<LoadedSae> saes, ScoredText choosing, ScoredText measuring, int seed, Backend backend, Action next, CancellationToken cancel)
    {
        Tensor x = choosing.At(hook), y = measuring.At(hook);
        List<CodedText> codes = [];
        foreach (var sae in saes)
        {
            cancel.ThrowIfCancellationRequested();
            codes.Add(new(sae.Encode(x), sae.Encode(y)));
            next();
        }
        double[] l0 = [.. codes.Select(code => code.Choosing.Indices.Length / (double)code.Choosing.Rows)];
        var untrained = UntrainedSae.Create(x, saes[0].DSae, Math.Clamp((int)Math.Round(l0[0]), 1, saes[0].DSae), seed, backend);
        var random = new CodedText(untrained.Encode(x), untrained.Encode(y));
        var tokens = RowScores.Of(x, choosing.Labels, y, measuring.Labels, codes, random, backend, cancel);
        Tensor pooledX = choosing.Sentences.Pool(x), pooledY = measuring.Sentences.Pool(y);
        var sentences = RowScores.Of(
            pooledX, choosing.Sentences.Pool(choosing.Labels), pooledY, measuring.Sentences.Pool(measuring.Labels),
            [.. codes.Select(code => new CodedText(choosing.Sentences.Pool(code.Choosing), measuring.Sentences.Pool(code.Measuring)))],
            new(choosing.Sentences.Pool(random.Choosing), measuring.Sentences.Pool(random.Measuring)), backend, cancel);
        pooledX.Free();
        pooledY.Free();
        return new(hook, saes, l0, codes, untrained, tokens, sentences);
    }
}

/// <summary>Codes of the half that is chosen on and of the half that is measured on.</summary>
internal sealed record CodedText(SparseCodes Choosing, SparseCodes Measuring);

/// <summary>Scores on one kind of rows.</summary>
/// <param name="Baselines">Without a dictionary.</param>
/// <param name="Untrained">With an untrained one.</param>
/// <param name="Saes">SAE by SAE.</param>
/// <param name="MeasuringLabels">Labels of the rows measured on.</param>
internal sealed record RowScores(LayerBaselines Baselines, BestLatents Untrained, IReadOnlyList<BestLatents> Saes, ConceptLabels MeasuringLabels)
{
    public static RowScores Of(
        Tensor x, ConceptLabels choosing, Tensor y, ConceptLabels measuring, IReadOnlyList<CodedText> codes, CodedText untrained, Backend backend, CancellationToken cancel)
    {
        BestLatents Latents(CodedText code)
        {
            cancel.ThrowIfCancellationRequested();
            return new(code.Choosing, choosing, code.Measuring, measuring);
        }
        return new(LayerBaselines.Of(x, choosing, y, measuring, backend, cancel), Latents(untrained), [.. codes.Select(Latents)], measuring);
    }
}
