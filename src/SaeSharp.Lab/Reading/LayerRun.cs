using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Reading;

/// <summary>One run of a model over one sequence, read by several SAEs: activations and coefficients at each, and what a transcoder is to reconstruct.</summary>
internal sealed class LayerRun : IDisposable
{
    private readonly Dictionary<ActivationView, Tensor> _activations = [];
    private readonly Dictionary<LoadedSae, SparseCodes> _codes = [];
    private readonly Dictionary<LoadedSae, (Tensor Read, Tensor Written)> _rows = [];
    private readonly List<Tensor> _joined = [];

    /// <param name="model">The model.</param>
    /// <param name="saes">Who reads.</param>
    /// <param name="ids">The sequence.</param>
    /// <param name="hooks">Edits, or an empty set.</param>
    /// <param name="logits">Which logits are wanted.</param>
    public LayerRun(LanguageModel model, IReadOnlyList<LoadedSae> saes, int[] ids, HookSet hooks, LogitRows logits)
    {
        foreach (var view in saes.SelectMany(sae => sae.ViewOf(model).Parts.Concat(sae.WrittenViewOf(model).Parts)).Distinct())
            hooks.Read(view.Hook, value => _activations[view] = view.Read(value.Reshape(ids.Length, (int)(value.Count / ids.Length)).Clone())); // x   [pos, dIn]
        Logits = model.Transformer.Run(TokenBatch.Of(ids), hooks, logits);
        foreach (var sae in saes)
        {
            var x = Join(sae.ViewOf(model));
            _rows[sae] = (x, sae.ReconstructsItsHook ? x : Join(sae.WrittenViewOf(model)));
            _codes[sae] = sae.Encode(x);
        }
    }

    /// <summary>[rows, dVocab], or null where none were asked for.</summary>
    public Tensor? Logits { get; }

    /// <summary>What the SAE reads: [pos, dIn].</summary>
    public Tensor At(LoadedSae sae) => _rows[sae].Read;

    /// <summary>What it reconstructs: the same, or for a transcoder what stands where it writes, [pos, dOut].</summary>
    public Tensor Written(LoadedSae sae) => _rows[sae].Written;

    /// <summary>Its coefficients.</summary>
    public SparseCodes Codes(LoadedSae sae) => _codes[sae];

    /// <summary>One feature on every position.</summary>
    public double[] Values(LoadedSae sae, int feature)
    {
        var codes = _codes[sae];
        var values = new double[codes.Rows];
        for (var row = 0; row < values.Length; row++)
        {
            var slot = codes.RowIndices(row).BinarySearch(feature);
            if (slot >= 0) values[row] = codes.RowValues(row)[slot];
        }
        return values;
    }

    /// <summary>‖h‖ at each position, where the SAE writes.</summary>
    public double[] Norms(LoadedSae sae) => [.. Enumerable.Range(0, Written(sae).RowCount).Select(row => Math.Sqrt(Squares(Written(sae).Row<float>(row))))];

    public void Dispose()
    {
        foreach (var tensor in _activations.Values.Concat(_joined)) tensor.Free();
        Logits?.Free();
    }

    /// <summary>Σ of squares, f64.</summary>
    public static double Squares(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var value in row) sum += (double)value * value;
        return sum;
    }

    private Tensor Join(JoinedView view)
    {
        var x = view.Join(part => _activations[part]);
        if (view.Parts.Count > 1) _joined.Add(x);
        return x;
    }
}
