using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>How well the harmful request is found at each position of a request. SAE and latent are chosen on seen requests, and measured on others.</summary>
internal sealed class RequestScoring(IReadOnlyList<HookScores> scores, LanguageModel model, IReadOnlyList<string> hooks, DemoScoreRequest request, Backend backend)
{
    private const double Penalty = 0.01; // C

    private static readonly (string Pairs, string Frames, bool UnseenPairs, bool UnseenFrames)[] Mixtures =
        [("seen", "seen", false, false), ("unseen", "seen", true, false), ("seen", "unseen", false, true), ("unseen", "unseen", true, true)];

    public IReadOnlyList<RequestScore> Run(CancellationToken cancel)
    {
        var seed = (long)(SplitMix.Hash(request.Seed, 1) >> 2);
        using var choosing = RequestRows.Read(RequestRows.Find(seed, 2 * request.Requests, false, false), model, hooks, cancel);
        RequestRows[] measured = [.. Mixtures.Select((mixture, i) => RequestRows.Read(RequestRows.Find(seed + 1 + i, request.Requests, mixture.UnseenPairs, mixture.UnseenFrames), model, hooks, cancel))];
        var results = new List<RequestScore>();
        for (var position = 0; position < RequestRows.Positions.Length; position++)
        {
            cancel.ThrowIfCancellationRequested();
            var probe = Probe(choosing, measured, position);
            for (var i = 0; i < measured.Length; i++) results.Add(Score(choosing, measured[i], position, Mixtures[i].Pairs, Mixtures[i].Frames, probe[i]));
        }
        foreach (var rows in measured) rows.Dispose();
        return results;
    }

    private RequestScore Score(RequestRows choosing, RequestRows measuring, int position, string pairs, string frames, double probe)
    {
        var (sae, best) = scores.SelectMany(hook => hook.Saes.Select(sae => (Sae: sae, Latents: Latents(sae.Encode, hook.Hook)))).MaxBy(entry => entry.Latents.Auroc[0].Chosen);
        var untrained = scores.Select(hook => Latents(hook.Untrained.Encode, hook.Hook)).MaxBy(latents => latents.Auroc[0].Chosen)!;
        return new(best.Auroc[0].Measured, probe, sae.Layer, best.Ranked[0], RequestRows.Positions[position], pairs, frames, sae.Name, untrained.Auroc[0].Measured, measuring.Labels.Rows);

        BestLatents Latents(Func<Tensor, SparseCodes> encode, string hook) => new(encode(choosing.At(hook, position)), choosing.Labels, encode(measuring.At(hook, position)), measuring.Labels);
    }

    /// <summary>AUROC on each of <paramref name="measured"/> of a logistic probe, with a penalty since there are few requests; fitted on two thirds of those to choose on, the layer chosen by the rest.</summary>
    private double[] Probe(RequestRows choosing, RequestRows[] measured, int position)
    {
        var (best, found) = (-1.0, new double[measured.Length]);
        foreach (var hook in scores.Select(hook => hook.Hook))
        {
            var x = choosing.At(hook, position);
            var (whitening, fitted) = (new Whitening(x, backend), x.RowCount * 2 / 3);
            var fit = LogisticRegression.Fit(Rows(whitening, x, 0, fitted), Harmful(choosing.Labels, 0, fitted), Penalty);
            double Auroc(Tensor rows, ConceptLabels labels, int start) => new RankedScores(fit.Scores(Rows(whitening, rows, start, rows.RowCount)), Harmful(labels, start, rows.RowCount)).Auroc ?? 0.5;
            var chosen = Auroc(x, choosing.Labels, fitted);
            if (chosen <= best) continue;
            (best, found) = (chosen, [.. measured.Select(rows => Auroc(rows.At(hook, position), rows.Labels, 0))]);
        }
        return found;
    }

    private static ProbeRows Rows(Whitening whitening, Tensor x, int start, int end)
    {
        var (z, rows, dense) = (whitening.Apply(x.Rows(start, end - start)), new ProbeRows(x.Columns), new double[x.Columns]);
        for (var row = 0; row < z.RowCount; row++)
        {
            var values = z.Row<float>(row);
            for (var i = 0; i < dense.Length; i++) dense[i] = values[i];
            rows.Add(dense);
        }
        z.Free();
        return rows;
    }

    private static bool[] Harmful(ConceptLabels labels, int start, int end) => [.. labels.Truth[start..end].Select(truth => truth.Contains(0))];
}
