using System.Diagnostics;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Training;
using SaeSharp.Models;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Evaluating;

/// <summary>A published comparison of SAE trainers, to the letter: texts, ids, windows, split, steps and scores. What must be equal first is checked first.</summary>
/// <remarks>
/// TinyStories-656K; documents of two files cut at <c>&lt;|endoftext|&gt;</c>, those under 32 ids dropped; window = BOS and the first 255 ids; every 16th document held out; all positions but BOS;
/// as many tokens from fresh permutations; activations scaled to a mean norm of √dIn. What is trained how is left to <see cref="TrainingSettings"/>: the bar is the result.
/// </remarks>
internal sealed class QualityRecipe(QualityRequest request, Shelves shelves)
{
    private const string Separator = "<|endoftext|>";
    private const int Bos = 1, LeadingSpace = 80, HeldOutEvery = 16, Unit = 1024, DeadTokens = 200_000;
    private const long TrainChecksum = 80461271, HeldOutChecksum = 1340505689, TrainTokens = 894_921, HeldOutTokens = 59_936;
    private const int DocumentsKept = 5124;
    private static readonly CorpusOptions Windows = new() { Context = 256, MinDocument = 32 };

    public QualityResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (clock, folder) = (Stopwatch.StartNew(), Path.Combine(request.Data, "tinystories-656k"));
        var model = shelves.Models.Get(folder);
        var (training, heldOut, documents) = Split(model.Tokenizer);
        var read = clock.Elapsed.TotalSeconds;

        using var activations = CorpusActivations.Open(model, training, [model.Transformer.RequireHook(request.Hook)], request.Seed, 0, progress, cancel);
        var source = new ShuffledBuffer(activations.At(request.Hook), request.Batch, 1024, request.Seed);
        var norm = source.MeanNorm(null, cancel);
        var harvest = clock.Elapsed.TotalSeconds;

        var trained = Train(model, source, progress, cancel);
        var train = clock.Elapsed.TotalSeconds;

        var target = request.Out ?? Path.Combine(Path.GetTempPath(), $"saesharp-{Guid.NewGuid():N}");
        try
        {
            SaeFolder.Save(trained, target);
            var sae = new LoadedSae(request.Out ?? "the recipe's", target, trained);
            var fired = new bool[sae.DSae];
            var (eval, scores) = Evaluation.Run(sae, model, heldOut, 4096, progress, cancel, codes => Note(codes, fired));
            var firedEarly = Fired(sae, model, training.Take(DeadTokens - heldOut.KeptTokens), cancel);
            return new()
            {
                Documents = documents, TrainTokens = training.KeptTokens, HeldOutTokens = heldOut.KeptTokens, TrainChecksum = Checksum(training), HeldOutChecksum = Checksum(heldOut),
                MeanNorm = norm, Eval = eval, KlZero = scores.Divergence(SpliceScores.Splice.Zero)!.Value, KlMean = scores.Divergence(SpliceScores.Splice.Mean)!.Value,
                DeadHeldOut = fired.Count(latent => !latent), DeadOverall = fired.Zip(firedEarly).Count(latent => !latent.First && !latent.Second), DecoderCosine = DecoderCosines(sae, fired),
                Seconds = new(read, harvest - read, train - harvest, clock.Elapsed.TotalSeconds - train, clock.Elapsed.TotalSeconds), WeightsSha256 = sae.WeightsSha256,
            };
        }
        finally
        {
            if (request.Out is null) Directory.Delete(target, recursive: true);
        }
    }

    /// <summary>Training and held-out windows, their checksums and counts compared with the recipe's.</summary>
    private (Corpus Training, Corpus HeldOut, int Documents) Split(Tokenizer tokenizer)
    {
        var texts = Path.Combine(request.Data, "tinystories-text");
        var sample = Path.Combine(texts, "tinystories_sample.txt");
        var pieces = Cut(sample).SkipLast(1) // its last piece is cut off mid-story
            .Concat(Cut(Path.Combine(texts, "derived", "tinystories_part2_truecased.txt"))).Where(piece => piece.Length > 0);
        var documents = pieces.AsParallel().AsOrdered().Select(piece => WithoutPrepended(tokenizer.EncodeIds(piece, addSpecial: false))).Where(ids => ids.Length >= Windows.MinDocument).ToList();
        int[] Window(int[] ids) => [Bos, .. ids.Take(Windows.Context - 1)];
        var training = Corpus.Of(sample, documents.Where((_, i) => i % HeldOutEvery != 0).Select(Window), Windows, Bos);
        var heldOut = Corpus.Of(sample, documents.Where((_, i) => i % HeldOutEvery == 0).Select(Window), Windows, Bos);
        Require("number of documents", DocumentsKept, documents.Count);
        Require("number of training tokens", TrainTokens, training.KeptTokens);
        Require("number of held-out tokens", HeldOutTokens, heldOut.KeptTokens);
        Require("checksum of the training windows", TrainChecksum, Checksum(training));
        Require("checksum of the held-out windows", HeldOutChecksum, Checksum(heldOut));
        return (training, heldOut, documents.Count);
    }

    private static IEnumerable<string> Cut(string path) => TextFile.ReadUtf8(path).Split(Separator).Select(piece => piece.Trim(' ', '\n'));

    /// <summary>The tokenizer without its Prepend normaliser gives the same ids but for the first, the lone space.</summary>
    private static int[] WithoutPrepended(int[] ids) => ids is [LeadingSpace, .. var rest] ? rest : ids;

    private static void Require(string what, long expected, long actual)
    {
        if (expected != actual) throw LabException.Checksum(what, expected, actual);
    }

    /// <summary>Σ (j + 1)·id_j over each window, j from 0 at BOS, summed over the windows, mod 2³¹.</summary>
    private static long Checksum(Corpus corpus) => corpus.Windows.Aggregate(0L, (sum, window) => (sum + window.Ids.Index().Sum(entry => (entry.Index + 1L) * entry.Item)) & int.MaxValue);

    private SparseAutoencoder Train(LanguageModel model, ActivationSource source, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var choice = new TrainingChoice(new([request.Hook]), request.Arch, request.DSae, request.K, request.Penalty, request.TargetL0, request.Lr, request.Seed);
        var config = new SaeConfig
        {
            Architecture = request.Arch, DIn = source.DIn, DSae = request.DSae, K = choice.CountsLatents ? request.K : 0, RescaleActsByDecoderNorm = choice is { CountsLatents: true, Pursuit: null },
            ModelName = model.Name, HookName = request.Hook, ContextSize = Windows.Context, Pursuit = choice.Pursuit,
        };
        var tokens = (long)request.Steps * Unit;
        var options = TrainingSettings.Of(new()
        {
            Model = model.Name, Hooks = [request.Hook], Corpus = Windows, Tokens = tokens, Batch = request.Batch, Decay = (int)(request.DecayShare * tokens / request.Batch),
            DeadTokens = (long)request.DeadWindow * Unit, AuxCoefficient = request.AuxCoefficient, CheckpointEvery = 0,
        }, choice, request.DSae, source.TokensPerEpoch);
        var meter = new ProgressMeter(progress, "training", tokens, "tokens");
        return new SaeTrainer(config, options, source, shelves.Backend).Run(
            onStep: step => meter.Report(step.Tokens, () => new Dictionary<string, double> { ["loss"] = step.Loss, ["fvu"] = 1 - step.ExplainedVariance, ["dead"] = step.Dead }), cancel: cancel);
    }

    /// <summary>Marks the latents that fire in <paramref name="codes"/>.</summary>
    private static void Note(SparseCodes codes, bool[] fired)
    {
        for (var i = 0; i < codes.Indices.Length; i++) fired[codes.Indices[i]] |= codes.Values[i] > 0;
    }

    private static bool[] Fired(LoadedSae sae, LanguageModel model, Corpus corpus, CancellationToken cancel)
    {
        var fired = new bool[sae.DSae];
        var view = sae.ViewOf(model);
        new Harvester(model, view.Parts, Harvester.DefaultRows).Run(corpus.Windows, batch => Note(sae.Sae.Encode(batch.Of(view)), fired), cancel);
        return fired;
    }

    /// <summary>Mean, median and 95th percentile of each living latent's largest decoder cosine with another.</summary>
    private double[] DecoderCosines(LoadedSae sae, bool[] fired)
    {
        int[] living = [.. Enumerable.Range(0, sae.DSae).Where(latent => fired[latent])];
        if (living.Length < 2) return [];
        var rows = Tensor.Zeros(DType.F32, living.Length, sae.Sae.DIn);                                   // W_dec    [living, dIn]
        for (var i = 0; i < living.Length; i++) sae.UnitDirection(living[i]).CopyTo(rows.Row<float>(i));
        var cosines = Tensor.Zeros(DType.F32, living.Length, living.Length);                              // cosines  [living, living]
        shelves.Backend.MatMul(rows, rows, cosines, Numerics.Backends.Transpose.B);
        var largest = new double[living.Length];
        for (var i = 0; i < living.Length; i++)
        {
            cosines.Row<float>(i)[i] = -1;
            largest[i] = System.Numerics.Tensors.TensorPrimitives.Max<float>(cosines.Row<float>(i));
        }
        Array.Sort(largest);
        return [largest.Average(), Percentile(largest, 0.5), Percentile(largest, 0.95)];
    }

    private static double Percentile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var low = (int)place;
        return low + 1 < sorted.Length ? sorted[low] + (place - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }
}
