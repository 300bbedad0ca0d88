using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Probing;

/// <summary>Reads labelled texts, splits each label's into training and held-out ones, and probes for each label.</summary>
/// <remarks>Latents are chosen as SAEBench 0.6.0 does, by the difference of class means on the training texts; the probe is its logistic regression, solved to the end.</remarks>
internal sealed class ProbeRun(ProbeRequest request, Shelves shelves)
{
    public ProbeResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        Check();
        var sae = shelves.Saes.Get(request.Sae);
        var model = shelves.ModelFor(sae, request.Model);
        var (windows, labels, leftOut) = Windows(model);
        var sought = Sought(labels);
        var (training, test) = Split(labels);
        var pooled = PooledTexts.Of(sae, model, windows, request.Pooling, progress, cancel);

        var meter = new ProgressMeter(progress, "probing", sought.Length, "labels");
        var probes = new List<LabelProbes>();
        foreach (var label in sought)
        {
            bool[] positive = [.. labels.Select(other => other == label)];
            probes.Add(new LabelProbe(pooled, positive, training, test, request).Run(label, cancel));
            meter.Report(probes.Count);
        }
        var means = probes[0].Probes.Select((line, i) => new ProbeMean(
            line.Reads, line.Count, probes.Average(one => one.Probes[i].Accuracy.Value), probes.Average(one => one.Probes[i].F1.Value), probes.Average(one => one.Probes[i].Auroc.Value)));
        return new(sae.Name, model.Name, sae.Hook, request.Pooling, training.Length, test.Length, leftOut, probes, [.. means]);
    }

    private void Check()
    {
        foreach (var k in request.K) OptionException.Positive(k, "--k");
        OptionException.Positive(request.C, "--c");
        OptionException.NotNegative(request.PerLabel, "--per-label");
        if (request.TestShare is not (> 0 and < 1)) throw OptionException.Invalid($"--test-share is {request.TestShare}, expected a share between 0 and 1.", "Leave it out to hold out a fifth.");
    }

    /// <summary>One window a text, and its label; texts without a token that counts are left out.</summary>
    private (IReadOnlyList<Window> Windows, string[] Labels, int LeftOut) Windows(LanguageModel model)
    {
        OptionException.InRange(request.Context, 2, model.Transformer.Spec.Context, "--context");
        var (windows, labels, texts) = (new List<Window>(), new List<string>(), LabelledTexts.Read(request));
        foreach (var (ids, label) in model.Tokenizer.EncodeIds([.. texts.Select(text => text.Text)]).Zip(texts.Select(text => text.Label)))
        {
            var kept = ids.Length > request.Context ? ids[..request.Context] : ids;
            int[] counted = [.. Enumerable.Range(0, kept.Length).Where(position => kept[position] != model.BosId)];
            if (counted.Length == 0) continue;
            windows.Add(new(windows.Count, kept, counted));
            labels.Add(label);
        }
        return (windows, [.. labels], texts.Count - windows.Count);
    }

    /// <summary>Rows to learn from and rows to score, each label in the same shares; both ascending.</summary>
    private (int[] Training, int[] Test) Split(string[] labels)
    {
        var (random, test) = (new SplitMix((ulong)(uint)request.Seed), new List<int>());
        foreach (var group in labels.Index().GroupBy(entry => entry.Item, entry => entry.Index).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            int[] rows = [.. group];
            for (var i = rows.Length - 1; i > 0; i--)
            {
                var j = random.Below(i + 1);
                (rows[i], rows[j]) = (rows[j], rows[i]);
            }
            var count = Math.Clamp((int)Math.Round(rows.Length * request.TestShare), 1, rows.Length);
            if (rows.Length - count < 1) throw LabException.TooFewTexts(group.Key, rows.Length);
            test.AddRange(rows.Take(count));
        }
        test.Sort();
        var held = test.ToHashSet();
        return ([.. Enumerable.Range(0, labels.Length).Where(row => !held.Contains(row))], [.. test]);
    }

    /// <summary>Labels to look for: one of two, each of several.</summary>
    private string[] Sought(string[] labels)
    {
        string[] known = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        if (request.Positive is { } positive) return known.Contains(positive) ? [positive] : throw LabException.NoLabel(positive, known);
        return known.Length == 2 ? [known[1]] : known;
    }
}
