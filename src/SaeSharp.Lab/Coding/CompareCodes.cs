using System.Diagnostics;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Codes the tokens of a text in several ways on one decoder, and splices every reconstruction into the model.</summary>
internal sealed class CompareCodes
{
    private static readonly string[] Ways = ["encoder", "refit", "omp", "lasso", "lasso-refit"];
    private const long DefaultTokens = 4096;
    private const int Rows = 1024;

    private readonly CompareCodesRequest _request;
    private readonly ComparisonStore _store;
    private readonly SaeDictionary _sae;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly ComparedCode[] _ways;
    private readonly long[] _encoder, _omp, _both;
    private readonly LossSum _original = new(), _zero = new();
    private double _lambda;

    public CompareCodes(CompareCodesRequest request, Shelves shelves, ComparisonStore store)
    {
        OptionException.NotNegative(request.Top, "--top");
        (_request, _store) = (request, store);
        _sae = new(shelves.Saes.Get(request.Sae ?? throw OptionException.Invalid("No SAE is named, expected the one that is compared.", "Give --sae SAE.")));
        _model = shelves.ModelFor(_sae.Sae, request.Model);
        _corpus = Corpus.Read(request.Corpus, _model).Take(request.Tokens == 0 ? DefaultTokens : request.Tokens);
        _ways = [.. Ways.Select(name => new ComparedCode(name))];
        (_encoder, _omp, _both) = (new long[_sae.Sae.DSae], new long[_sae.Sae.DSae], new long[_sae.Sae.DSae]);
    }

    public CompareCodesResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var scores = new SpliceScores(_model, _sae.Sae.ViewOf(_model));
        var (meter, done, zero) = (new ProgressMeter(progress, "comparing", _corpus.KeptTokens, "tokens"), 0L, Tensor.Zeros(DType.F32, 1, _sae.Sae.Sae.DIn));
        try
        {
            foreach (var windows in Corpus.Batches(_corpus.Windows, Rows))
            {
                cancel.ThrowIfCancellationRequested();
                var x = scores.Begin(windows);                                                            // x    [kept, dIn]
                _original.Add(scores.TokenLosses);
                scores.Add(SpliceScores.Splice.Zero, zero);
                _zero.Add(scores.TokenLosses);
                Compare(x, scores);
                meter.Report(done += x.RowCount);
            }
        }
        finally
        {
            scores.Free();
        }
        var result = new CompareCodesResult(_sae.Sae.Name, _model.Name, _sae.Sae.Hook, _corpus.KeptTokens, _original.Mean, _zero.Mean, [.. _ways.Select(way => way.Describe(_original.Mean, _zero.Mean))],
            Disagreements(feature => _omp[feature] - _both[feature]), Disagreements(feature => _encoder[feature] - _both[feature]));
        _store.Keep(_sae.Sae.WeightsSha256, result);
        if (_request.Table is { } table) AtomicFile.Write(table, System.Text.Encoding.UTF8.GetBytes(CodeTables.Of(result)));
        return result;
    }

    private void Compare(Tensor x, SpliceScores scores)
    {
        var clock = Stopwatch.StartNew();
        var encoded = _sae.Sae.Sae.Encode(x);
        var encoder = clock.Elapsed;
        var coefficients = _sae.Sae.Coefficients(new(encoded.DSae, encoded.RowStarts, encoded.Indices, [.. encoded.Values]) { Scaling = encoded.Scaling, Beside = encoded.Beside });
        var signals = _sae.Signals(x, encoded);
        int[][] supports = [.. Enumerable.Range(0, coefficients.Rows).Select(row => coefficients.RowIndices(row).ToArray())];
        if (_lambda == 0) _lambda = SolverChoice.LambdaFor((double)coefficients.Indices.Length / Math.Max(1, coefficients.Rows), _sae.Dictionary, signals, true);

        Take(_ways[0], coefficients, encoder);
        Solve(_ways[1], () => new SupportRefit(true).Refit(_sae.Dictionary, signals, supports));
        var omp = Solve(_ways[2], () => Pursue(signals, supports));
        var lasso = Solve(_ways[3], () => new Lasso(new() { Lambda = _lambda, Positive = true, Gap = 1e-4 }).Solve(_sae.Dictionary, signals));
        Solve(_ways[4], () => new SupportRefit(true).Refit(_sae.Dictionary, signals, [.. lasso.Select(answer => answer.Indices)]));
        Count(supports, omp);

        SparseAnswer[] Solve(ComparedCode way, Func<SparseAnswer[]> solve)
        {
            var start = Stopwatch.GetTimestamp();
            var answers = solve();
            Take(way, SaeDictionary.Codes(answers, _sae.Sae.DSae), Stopwatch.GetElapsedTime(start));
            return answers;
        }

        void Take(ComparedCode way, SparseCodes codes, TimeSpan time)
        {
            var reconstruction = _sae.Reconstruct(codes, encoded);                                        // x̂    [kept, dIn]
            scores.Add(SpliceScores.Splice.Reconstruction, reconstruction);
            way.Losses.Add(scores.TokenLosses);
            way.Add(x, reconstruction, signals, _sae.Dictionary, codes, supports, time.TotalSeconds);
            reconstruction.Free();
        }
    }

    /// <summary>OMP with as many steps on each token as the encoder has features there.</summary>
    private SparseAnswer[] Pursue(Tensor signals, int[][] supports)
    {
        var answers = new SparseAnswer[supports.Length];
        foreach (var group in Enumerable.Range(0, supports.Length).GroupBy(row => Math.Min(supports[row].Length, _sae.Dictionary.Count)))
        {
            int[] rows = [.. group];
            if (group.Key == 0)
            {
                foreach (var row in rows) answers[row] = new([], []) { Residual = 0, Iterations = 0, Why = StopReason.CountReached };
                continue;
            }
            var part = Tensor.Zeros(DType.F32, rows.Length, signals.Columns);
            for (var i = 0; i < rows.Length; i++) signals.Row<float>(rows[i]).CopyTo(part.Row<float>(i));
            var found = new OrthogonalPursuit(new() { Count = group.Key, Positive = true }).Solve(_sae.Dictionary, part);
            for (var i = 0; i < rows.Length; i++) answers[rows[i]] = found[i];
            part.Free();
        }
        return answers;
    }

    private void Count(int[][] supports, SparseAnswer[] omp)
    {
        for (var row = 0; row < supports.Length; row++)
        {
            var fired = supports[row].ToHashSet();
            foreach (var feature in supports[row]) _encoder[feature]++;
            foreach (var feature in omp[row].Indices)
            {
                _omp[feature]++;
                if (fired.Contains(feature)) _both[feature]++;
            }
        }
    }

    private List<FeatureDisagreement> Disagreements(Func<int, long> of) =>
        [.. Enumerable.Range(0, _encoder.Length).Where(feature => of(feature) > 0).OrderByDescending(of).ThenBy(feature => feature).Take(_request.Top)
            .Select(feature => new FeatureDisagreement(feature, of(feature), _encoder[feature], _omp[feature]))];
}
