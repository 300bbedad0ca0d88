using System.Diagnostics;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Times a contrast and the encoding of its prompts, in turn.</summary>
internal sealed class ContrastBench(ContrastBenchRequest request, Shelves shelves, IndexShelf indexes, FeatureLabels labels)
{
    public ContrastBenchResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var model = shelves.Models.Get(request.Model);
        var saes = shelves.SaesFor(model, request.Saes);
        var contrast = new ContrastRequest { Model = request.Model, A = request.A, B = request.B, Saes = request.Saes, Pooling = request.Pooling };
        var windows = ContrastPrompts.Read(contrast, model).Windows;
        var (first, encode, seconds) = (Contrast(contrast, progress, cancel), new double[request.Repetitions], new double[request.Repetitions]);
        for (var i = 0; i < request.Repetitions; i++)
        {
            encode[i] = Encode(model, saes, windows, cancel);
            seconds[i] = Contrast(contrast with { Seed = i + 1 }, progress, cancel);
        }
        var (e, s) = (Median(encode), Median(seconds));
        return new(model.Name, saes.Count, saes.Sum(sae => sae.DSae), windows.Count, windows.Sum(window => (long)window.Ids.Length), e, first, s, e / s);
    }

    private double Contrast(ContrastRequest contrast, IProgress<Progress>? progress, CancellationToken cancel) => new ContrastRun(contrast, shelves, indexes, labels).Run(progress, cancel).Seconds;

    private static double Encode(LanguageModel model, IReadOnlyList<LoadedSae> saes, IReadOnlyList<Window> windows, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        JoinedView[] views = [.. saes.Select(sae => sae.ViewOf(model))];
        new Harvester(model, [.. views.SelectMany(view => view.Parts).Distinct()], Harvester.DefaultRows).Run(windows, batch =>
        {
            for (var i = 0; i < saes.Count; i++) saes[i].Encode(batch.Of(views[i]));
        }, cancel);
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(double[] seconds) => seconds.Order().ElementAt(seconds.Length / 2);
}
