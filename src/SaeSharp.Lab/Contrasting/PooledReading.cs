using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Runs the model once over all prompts and pools what each SAE reads.</summary>
internal static class PooledReading
{
    public static IReadOnlyList<PooledLayer> Of(LanguageModel model, IReadOnlyList<LoadedSae> saes, IReadOnlyList<Window> prompts, Pooling pooling, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var builders = saes.Select(sae => (View: sae.ViewOf(model), Pooled: new PooledLayer.Builder(sae, prompts.Count, pooling))).ToList();
        var (meter, done) = (new ProgressMeter(progress, "reading", prompts.Count, "prompts"), 0L);
        new Harvester(model, [.. builders.SelectMany(builder => builder.View.Parts).Distinct()], Harvester.DefaultRows).Run(prompts, batch =>
        {
            foreach (var (view, pooled) in builders)
            {
                cancel.ThrowIfCancellationRequested();
                var x = batch.Of(view);                                                                   // x    [kept, dIn]
                var (codes, start) = (pooled.Sae.Encode(x), 0);
                foreach (var window in batch.Windows)
                {
                    pooled.Add(codes, x, start, window.Kept.Length);
                    start += window.Kept.Length;
                }
            }
            meter.Report(done += batch.Windows.Count);
        }, cancel);
        return [.. builders.Select(builder => builder.Pooled.Build())];
    }
}
