using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Times the harvest alone, encoding alone and the whole index, in turn.</summary>
internal sealed class IndexBench(IndexBenchRequest request, Shelves shelves)
{
    private const string RandomName = "random";
    private const int Batch = 4096, BatchesKept = 4;

    /// <summary>Writes a model with random weights, an SAE at each of its layers and random token ids, for a request that names no model.</summary>
    /// <returns>The request with these names.</returns>
    public static IndexBenchRequest Furnish(IndexBenchRequest request, string home, int threads)
    {
        var shape = ModelShape.Of(request.Shape);
        var model = Path.Combine(home, "models", RandomName);
        RandomModel.Write(shape, model);
        using var shelves = new Shelves(home, threads);
        var names = new List<string>();
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            names.Add($"{RandomName}/{layer}");
            var config = new SaeConfig { Architecture = "topk", DIn = shape.DModel, DSae = request.DSae, K = Math.Min(request.K, request.DSae), HookName = $"blocks.{layer}.hook_resid_post", ModelName = RandomName };
            SaeFolder.Save(SaeCatalog.Create(config, SaeWeights.Random(layer + 1), shelves.Backend), Path.Combine(home, "saes", names[^1]));
        }
        var ids = Path.Combine(home, "ids.json");
        var (random, length) = (new SplitMix(1), request.Corpus.Context);
        int[][] documents = [.. Enumerable.Range(0, (int)((request.Tokens + length - 1) / length)).Select(_ => Enumerable.Range(0, length).Select(_ => Zipf(ref random, shape.DVocab)).ToArray())];
        File.WriteAllBytes(ids, JsonSerializer.SerializeToUtf8Bytes(documents));
        return request with { Model = RandomName, Sae = new(names), Corpus = request.Corpus with { Texts = null, IdsFile = ids } };
    }

    public IndexBenchResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var model = shelves.Models.Get(request.Model!);
        LoadedSae[] saes = [.. shelves.SaesFor(model, [.. request.Sae])];
        if (saes.Length == 0) throw LabException.NoSaeOfModel(model.Name, "the workspace");
        foreach (var sae in saes) sae.RequireRowwise();
        JoinedView[] views = [.. saes.Select(sae => sae.ViewOf(model))];
        var corpus = Corpus.Read(request.Corpus, model).Take(request.Tokens);
        var harvester = new Harvester(model, [.. views.SelectMany(view => view.Parts).Distinct()], Batch);
        var indexing = new IndexRequest { Sae = new([.. saes.Select(sae => sae.Name)]), Model = model.Name, Corpus = request.Corpus, Tokens = request.Tokens, Batch = Batch, Postings = request.Postings };

        using var folder = new TemporaryFolder();
        using var indexes = new IndexShelf(folder.Path);
        var (harvest, encode, index) = (new List<double>(), new List<double>(), new List<double>());
        IndexResult made = IndexBuild.Run(indexing, shelves, indexes, progress, cancel); // warms up what all three share
        for (var i = 0; i < request.Repetitions; i++)
        {
            harvest.Add(Seconds(() => harvester.Run(corpus.Windows, _ => { }, cancel)));
            encode.Add(Encode(harvester, corpus, saes, views, cancel));
            index.Add(Seconds(() => made = IndexBuild.Run(indexing, shelves, indexes, progress, cancel)));
        }
        var (h, e, s) = (Median(harvest), Median(encode), Median(index));
        return new(model.Name, saes.Length, saes.Sum(sae => sae.DSae), corpus.KeptTokens, made.Saes.Average(sae => sae.L0), h, e, s, (h + e) / s, corpus.KeptTokens / s,
            Directory.EnumerateFiles(indexes.Folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), SelfProcess.PeakRssMiB());
    }

    /// <summary>Encodes as many tokens as the corpus has: the first batches again and again, so that they fit in memory.</summary>
    private static double Encode(Harvester harvester, Corpus corpus, LoadedSae[] saes, JoinedView[] views, CancellationToken cancel)
    {
        HarvestedBatch[] batches = [.. Corpus.Batches(corpus.Windows, Batch).Take(BatchesKept).Select(harvester.Run)];
        Tensor[][] rows = [.. batches.Select(batch => views.Select(batch.Of).ToArray())];
        var clock = Stopwatch.StartNew();
        for (var (i, done) = (0, 0L); done < corpus.KeptTokens; i = (i + 1) % rows.Length)
        {
            cancel.ThrowIfCancellationRequested();
            for (var sae = 0; sae < saes.Length; sae++) saes[sae].Encode(rows[i][sae]);
            done += rows[i][0].RowCount;
        }
        var seconds = clock.Elapsed.TotalSeconds;
        foreach (var batch in batches) batch.Dispose();
        return seconds;
    }

    private static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    /// <summary>Rank r with a chance that falls as 1 ÷ r, as words have.</summary>
    private static int Zipf(ref SplitMix random, int count) => Math.Min(count - 1, (int)Math.Pow(count, random.Below(1 << 24) / (double)(1 << 24)));
}
