using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Compression;
using SaeSharp.Saes.SparseCoding;
using RandomTensors = SaeSharp.Lab.Benchmarks.RandomTensors;

namespace SaeSharp.Lab.Coding;

/// <summary>Codes the second half of a text's activations in every way and at every rate; what was learnt from the first half costs nothing.</summary>
internal sealed class RateDistortionRun
{
    private const long DefaultTokens = 8192;
    private const int SpliceRows = 2048, KnotsAnAtom = 3; // atoms leave a path and come back; after so many knots it has more of them than any count asks for

    private readonly RateDistortionRequest _request;
    private readonly SaeDictionary _sae;
    private readonly LanguageModel _model;
    private readonly JoinedView _view;
    private readonly Window[] _fitted, _coded;
    private readonly LossSum _original = new(), _zero = new();
    private double[] _mean = [];

    public RateDistortionRun(RateDistortionRequest request, Shelves shelves)
    {
        foreach (var count in request.Counts) OptionException.Positive(count, "--counts");
        foreach (var bits in request.Bits) OptionException.InRange(bits, 1, 16, "--bits");
        _request = request;
        _sae = new(shelves.Saes.Get(request.Sae ?? throw OptionException.Invalid("No SAE is named, expected the one whose codes are held against others.", "Give --sae SAE.")));
        if (_sae.Sae.Sae.Config.NormalizeActivations is not (Saes.ActivationNormalisation.None or Saes.ActivationNormalisation.ExpectedAverageOnlyIn))
            throw OptionException.Invalid($"The SAE '{_sae.Sae.Name}' scales each activation by itself, and these scales would have to be coded too.", "Choose one that does not normalise at run time.");
        _model = shelves.ModelFor(_sae.Sae, request.Model);
        _view = _sae.Sae.ViewOf(_model);
        var corpus = Corpus.Read(request.Corpus, _model).Take(request.Tokens == 0 ? DefaultTokens : request.Tokens);
        var (half, first) = (corpus.KeptTokens / 2, 0L);
        _fitted = [.. corpus.Windows.TakeWhile(window => (first += window.Kept.Length) <= half)];
        _coded = [.. corpus.Windows.Skip(_fitted.Length)];
        if (_fitted.Length == 0 || _coded.Length == 0) throw LabException.NothingToDo("the text is a single window, which cannot be both fitted to and coded", "Give more texts, or shorter windows with --context.");
    }

    public RateDistortionResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (fitted, coded) = (Harvest(_fitted, cancel), Harvest(_coded, cancel));                        // x    [tokens, dIn]
        var codes = Codes(fitted);
        var points = new List<RateCurve>();
        var meter = new ProgressMeter(progress, "coding", codes.Count, "codes");
        foreach (var (count, code) in codes)
        {
            cancel.ThrowIfCancellationRequested();
            points.AddRange(RateCurve.Of(code, count, _request.Bits, fitted, coded, _mean));
            meter.Report(points.Count / Math.Max(1, _request.Bits.Count));
        }
        Splice(points, progress, cancel);
        RatePoint[] described = [.. points.Select(point => point.Describe(_original.Mean, _zero.Mean))];
        if (_request.Picture is { } path) AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(RatePicture.Svg(described)));
        var result = new RateDistortionResult(_sae.Sae.Name, _model.Name, _sae.Sae.Hook, fitted.RowCount, coded.RowCount, coded.Columns, _original.Mean, _zero.Mean, described, _request.Picture);
        if (_request.Table is { } table) AtomicFile.Write(table, System.Text.Encoding.UTF8.GetBytes(CodeTables.Of(result)));
        return result;
    }

    private Tensor Harvest(Window[] windows, CancellationToken cancel)
    {
        var x = Tensor.Zeros(DType.F32, windows.Sum(window => window.Kept.Length), _view.WidthOf(_model.Transformer));
        var done = 0;
        new Harvester(_model, [.. _view.Parts.Distinct()], Harvester.DefaultRows).Run(windows, batch =>
        {
            batch.Of(_view).CopyTo(x.Rows(done, batch.KeptRows.Length));
            done += batch.KeptRows.Length;
        }, cancel);
        return x;
    }

    /// <summary>Every way to code, at every number of entries that it can have.</summary>
    private List<(int Count, LinearCode Code)> Codes(Tensor fitted)
    {
        var (backend, d) = (_sae.Dictionary.Backend, fitted.Columns);
        var pca = new PrincipalComponents(fitted, backend);
        _mean = pca.Mean;
        var projection = RandomTensors.Uniform(_request.Seed + 1, d, d).To(DType.F64);
        double[] bias = [.. _sae.Sae.Sae.BDec.Span<float>().ToArray().Select(value => (double)value)];
        var (codes, atoms) = (new List<(int, LinearCode)>(), _sae.Dictionary);
        if (_request.Counts.All(count => count > Math.Min(atoms.Count, d))) throw OptionException.Invalid($"Every count is above the {Math.Min(atoms.Count, d)} entries that a code can have here.", "Give smaller ones.");
        int[] sparse = [.. _request.Counts.Where(count => count <= Math.Min(atoms.Count, d))], dense = [.. _request.Counts.Append(d).Where(count => count <= d).Distinct()];
        codes.AddRange(sparse.Select(k => (k, LinearCode.Sae(atoms, bias, k, x => _sae.Sae.Encode(x)))));
        codes.AddRange(sparse.Zip(LinearCode.Omp(atoms, bias, sparse)));
        codes.AddRange(sparse.Zip(LinearCode.LassoRefit(atoms, bias, sparse, KnotsAnAtom * sparse.Max())));
        codes.AddRange(dense.Select(k => (k, LinearCode.Pca(pca.Components, _mean, k, backend))));
        codes.AddRange(dense.Select(k => (k, LinearCode.RandomProjection(projection, _mean, k, backend))));
        codes.Add((d, LinearCode.Plain(_mean, backend)));
        return codes;
    }

    /// <summary>The model's loss with each point's reconstruction in place.</summary>
    private void Splice(List<RateCurve> points, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var scores = new SpliceScores(_model, _view);
        var (meter, first, zero) = (new ProgressMeter(progress, "splicing", _coded.Sum(window => (long)window.Kept.Length), "tokens"), 0, Tensor.Zeros(DType.F32, 1, _mean.Length));
        try
        {
            foreach (var windows in Corpus.Batches(_coded, SpliceRows))
            {
                var rows = scores.Begin(windows).RowCount;
                _original.Add(scores.TokenLosses);
                scores.Add(SpliceScores.Splice.Zero, zero);
                _zero.Add(scores.TokenLosses);
                var x = Tensor.Zeros(DType.F32, rows, _mean.Length);                                      // x̂    [kept, dIn]
                foreach (var point in points)
                {
                    cancel.ThrowIfCancellationRequested();
                    point.Reconstruct(first, x);
                    scores.Add(SpliceScores.Splice.Reconstruction, x);
                    point.Losses.Add(scores.TokenLosses);
                }
                x.Free();
                meter.Report(first += rows);
            }
        }
        finally
        {
            scores.Free();
        }
    }
}
