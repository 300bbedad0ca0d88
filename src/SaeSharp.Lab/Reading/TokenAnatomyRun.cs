using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Reading;

/// <summary>Takes one token apart by decoding ever more of its code, so that it holds for every SAE whatever its encoder.</summary>
internal sealed class TokenAnatomyRun(TokenAnatomyRequest request, Shelves shelves)
{
    private const double Tolerance = 1e-3;

    public TokenAnatomyResult Run(CancellationToken cancel)
    {
        var sae = shelves.Saes.Get(request.Sae);
        sae.RequireRowwise();
        sae.RequireOneHook();
        if (!sae.ReconstructsItsHook) throw LabException.WritesElsewhere(sae.Name, sae.WrittenHook);
        var model = shelves.ModelFor(sae, request.Model);
        var prompt = model.Prompt(request);
        var position = request.Position ?? prompt.Ids.Length - 1;
        if ((uint)position >= (uint)prompt.Ids.Length)
            throw OptionException.Invalid($"The prompt has no token {position}: it has {prompt.Ids.Length}, numbered from 0.", "Choose a position in that range.");
        using var run = new LayerRun(model, [sae], prompt.Ids, new HookSet(), LogitRows.None);
        var x = run.At(sae).Rows(position, 1);                                                            // h    [1, dIn]
        var raw = sae.Sae.Encode(x);
        var coefficients = run.Codes(sae);
        int[] indices = coefficients.RowIndices(position).ToArray();
        float[] values = coefficients.RowValues(position).ToArray(), latents = raw.RowValues(0).ToArray();
        int[] order = [.. Enumerable.Range(0, indices.Length).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => indices[i])];
        cancel.ThrowIfCancellationRequested();

        double[] h = Doubles(x.Row<float>(0)), before = Decoded(sae.Sae, raw, [], indices, latents), start = before;
        var (features, kept) = (new List<AnatomyFeature>(), new List<PartialReconstruction> { Quality(h, before, 0) });
        var pre = PreActivations(sae, x, indices, values);
        foreach (var i in order.Take(request.Most))
        {
            var with = Decoded(sae.Sae, raw, order.AsSpan(0, features.Count + 1), indices, latents);
            features.Add(new(indices[i], values[i], pre?[indices[i]], sae.Sae.DOut - sae.Sae.DecoderDirections.Row<float>(indices[i]).Count(0f), [.. with.Zip(before, (after, less) => after - less)]));
            kept.Add(Quality(h, before = with, features.Count));
        }
        var fired = indices.ToHashSet();
        return new()
        {
            Model = model.Name, Sae = sae.Name, Hook = sae.Hook, Tokens = model.Cells(prompt), Position = position, Activation = h, Norm = Math.Sqrt(LayerRun.Squares(x.Row<float>(0))), DSae = sae.DSae,
            Active = indices.Length, Base = start, Features = features, Kept = kept,
            Silent = pre is null ? [] : [.. Enumerable.Range(0, sae.DSae).Where(feature => !fired.Contains(feature)).OrderByDescending(feature => pre[feature]).Take(request.Silent).Select(feature => new SilentFeature(feature, pre[feature]))],
        };
    }

    /// <summary>The reconstruction from the entries of the code that <paramref name="chosen"/> names.</summary>
    private static double[] Decoded(SparseAutoencoder sae, SparseCodes whole, ReadOnlySpan<int> chosen, int[] indices, float[] latents)
    {
        int[] sorted = [.. chosen];
        Array.Sort(sorted);
        var y = sae.Decode(new(sae.DSae, [0, sorted.Length], [.. sorted.Select(i => indices[i])], [.. sorted.Select(i => latents[i])]) { Scaling = whole.Scaling, Beside = whole.Beside }); // ĥ    [1, dIn]
        var values = Doubles(y.Row<float>(0));
        y.Free();
        return values;
    }

    /// <summary>W_enc·(h − b_dec) + b_enc in units of latents, [dSae]; null where that is not what the latents come from, which the latents themselves tell.</summary>
    private static double[]? PreActivations(LoadedSae sae, Tensor x, int[] indices, float[] values)
    {
        if (sae.Sae.Config.ReshapeHookZ || x.Columns != sae.Sae.DIn) return null;
        var (directions, bias) = (sae.Sae.EncoderDirections, sae.Sae.Tensors.TryGetValue("b_enc", out var stored) && stored.Count == sae.DSae ? stored.Span<float>().ToArray() : new float[sae.DSae]);
        double[] input = Doubles(x.Row<float>(0));
        if (sae.Sae.Config.ApplyBDecToInput) input = [.. input.Zip(Doubles(sae.Sae.BDec.Span<float>()), (value, mean) => value - mean)];
        var pre = new double[sae.DSae];
        for (var feature = 0; feature < pre.Length; feature++)
        {
            var sum = (double)bias[feature];
            var row = directions.Row<float>(feature);
            for (var i = 0; i < row.Length; i++) sum += row[i] * input[i];
            pre[feature] = sum * sae.DecoderNorm(feature);
        }
        return indices.Zip(values).All(entry => Math.Abs(pre[entry.First] - entry.Second) <= Tolerance * Math.Max(1, Math.Abs(entry.Second))) ? pre : null;
    }

    private static PartialReconstruction Quality(double[] h, double[] made, int features)
    {
        double squares = h.Sum(value => value * value), length = made.Sum(value => value * value), dot = h.Zip(made, (a, b) => a * b).Sum();
        return new(features, squares > 0 ? h.Zip(made, (a, b) => (a - b) * (a - b)).Sum() / squares : 0, squares > 0 && length > 0 ? dot / Math.Sqrt(squares * length) : null);
    }

    private static double[] Doubles(ReadOnlySpan<float> row)
    {
        var values = new double[row.Length];
        for (var i = 0; i < row.Length; i++) values[i] = row[i];
        return values;
    }
}
