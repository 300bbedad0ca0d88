using SaeSharp.Lab.Releases;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Library;

/// <summary>An SAE as all verbs use it. Its latents here are coefficients: in units of a decoder row of length 1.</summary>
internal sealed class LoadedSae(string name, string folder, SparseAutoencoder sae, ReleasedSae? released = null, SaeOrigin? origin = null)
{
    private readonly float[] _norms = sae.DecoderNorms.Span<float>().ToArray();

    /// <summary>What it is called by: its name in the workspace, or its folder's path.</summary>
    public string Name => name;

    public string Folder => folder;

    public SparseAutoencoder Sae => sae;

    /// <summary>What the directory of releases knows about it; null where it knows nothing.</summary>
    public ReleasedSae? Released => released;

    public int DSae => sae.DSae;

    /// <summary>The hook point it belongs to; of a crosscoder all, parted by commas.</summary>
    public string Hook => sae.Config.HookName is { Length: > 0 } hook ? hook : throw LabException.NoHook(name);

    /// <summary>The number in the hook's name, null where it has none.</summary>
    public int? Layer => HookLayer.Of(sae.Config.HookName);

    /// <summary>The hook that decoder rows write to: another one than <see cref="Hook"/> for a transcoder, several for a layer of a cross-layer transcoder.</summary>
    public string WrittenHook => sae.Config.HookNameOut is { Length: > 0 } hook ? hook : Hook;

    /// <summary>Whether the reconstruction stands for what is read, so that it may be put in its place and compared with it.</summary>
    public bool ReconstructsItsHook => !sae.Config.IsTranscoder;

    /// <summary>SHA-256 of the weights file; of the sums, one a line, where there are several. How a sparse_coding SAE codes counts as one of them: it decides as much.</summary>
    public string WeightsSha256
    {
        get
        {
            string[] sums = [.. SaeFolder.WeightFiles(folder, origin).Select(ContentHash.OfFile)];
            if (sae.Config.Coding is { } coding) sums = [.. sums, ContentHash.OfText(coding.ToString())];
            return sums.Length == 1 ? sums[0] : ContentHash.OfText(string.Join('\n', sums));
        }
    }

    /// <summary>Coefficients of <paramref name="x"/> [rows, dIn]: latents times ‖W_dec[i]‖, unless the architecture gives them so itself.</summary>
    public SparseCodes Encode(Tensor x) => Coefficients(sae.Encode(x));

    /// <summary>The same codes as coefficients; changes them in place.</summary>
    public SparseCodes Coefficients(SparseCodes codes)
    {
        if (sae.Config.RescaleActsByDecoderNorm) return codes;
        for (var i = 0; i < codes.Values.Length; i++) codes.Values[i] *= _norms[codes.Indices[i]];
        return codes;
    }

    /// <summary>Coefficients of one feature over the rows of <paramref name="x"/> [rows, dIn]: [rows], 0 where it does not fire.</summary>
    public double[] ValuesOf(Tensor x, int feature)
    {
        var codes = Encode(x);
        var values = new double[codes.Rows];
        for (var row = 0; row < values.Length; row++)
        {
            var slot = codes.RowIndices(row).BinarySearch(feature);
            if (slot >= 0) values[row] = codes.RowValues(row)[slot];
        }
        return values;
    }

    /// <summary>The decoder row of a feature at length 1; zeros where it is zero.</summary>
    public float[] UnitDirection(int feature)
    {
        RequireFeature(feature);
        var row = sae.DecoderDirections.Row<float>(feature).ToArray();
        var norm = _norms[feature];
        for (var i = 0; i < row.Length; i++) row[i] = norm > 0 ? row[i] / norm : 0;
        return row;
    }

    public float DecoderNorm(int feature) => _norms[feature];

    /// <summary>Throws unless the feature exists.</summary>
    public void RequireFeature(int feature)
    {
        if ((uint)feature >= (uint)DSae) throw LabException.NoFeature(name, feature, DSae);
    }

    /// <summary>Whether it reconstructs something by itself: its own hooks, or the one that it writes. A single layer of a cross-layer transcoder adds a share to several.</summary>
    public bool ReconstructsAlone => ReconstructsItsHook || sae.Config.IsCrossLayer || sae.Config.HooksOut.Count == 1;

    /// <summary>Throws unless <see cref="ReconstructsAlone"/>.</summary>
    public void RequireReconstructs()
    {
        if (!ReconstructsAlone) throw LabException.WritesAShare(name, sae.Config.HooksOut);
    }

    /// <summary>Throws unless it reads one hook point and writes one.</summary>
    public void RequireOneHook()
    {
        if (sae.Config.Hooks.Count > 1) throw LabException.SeveralHooks(name, "reads", sae.Config.Hooks);
        if (sae.Config.HooksOut.Count > 1) throw LabException.SeveralHooks(name, "writes", sae.Config.HooksOut);
    }

    /// <summary>Throws unless the latents of a token need no other token.</summary>
    public void RequireRowwise()
    {
        if (sae.Config.Temporal is not null) throw LabException.NeedsContext(name);
    }

    /// <summary>What it reads of <paramref name="model"/>: its hooks, under the processing that it was trained under.</summary>
    public JoinedView ViewOf(LanguageModel model) => sae.Config.Hooks.Count == 0 ? throw LabException.NoHook(name) : View(model, sae.Config.Hooks, sae.Config.HookHeadIndex);

    /// <summary>The one hook that it reads of <paramref name="model"/>.</summary>
    /// <exception cref="LabException">It reads several.</exception>
    public ActivationView InputOf(LanguageModel model) => ViewOf(model) is { Parts: [var only] } ? only : throw LabException.SeveralHooks(name, "reads", sae.Config.Hooks);

    /// <summary>What it reconstructs of <paramref name="model"/>: the same, or for a transcoder what it writes.</summary>
    public JoinedView WrittenViewOf(LanguageModel model) => ReconstructsItsHook ? ViewOf(model) : View(model, sae.Config.HooksOut, null);

    /// <summary>Throws unless <paramref name="model"/> has the hooks, in this SAE's width.</summary>
    public void RequireFits(LanguageModel model)
    {
        RequireWidth(ViewOf(model), sae.DIn, model);
        if (!ReconstructsItsHook) RequireWidth(WrittenViewOf(model), sae.DOut, model);
    }

    private JoinedView View(LanguageModel model, IReadOnlyList<string> hooks, int? head) => new([.. hooks.Select(hook => ActivationView.Of(model.Transformer, hook, sae.Config.Processing, head))]);

    private void RequireWidth(JoinedView view, int expected, LanguageModel model)
    {
        var width = view.WidthOf(model.Transformer);
        if (width != expected) throw LabException.WrongWidth(name, expected, view.Name, width, model.Name);
    }
}
