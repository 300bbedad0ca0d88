using System.Diagnostics;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Checks what a model knows of the demo world on texts that it has not seen.</summary>
internal sealed class DemoCheck(DemoCheckRequest request, Shelves shelves)
{
    private const int MostRequestTexts = 200_000;
    private readonly WorldGrammar _grammar = WorldGrammar.Default;

    public DemoCheckResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        OptionException.InRange(request.Tokens, 1_000, 50_000_000, "--tokens");
        OptionException.InRange(request.Requests, 1, 100_000, "--requests");
        var model = shelves.Models.Get(request.Model);
        WorldVocabulary.Require(model);
        var kinds = new Dictionary<string, (double Loss, double Bound, long Tokens)>();
        var (agreement, verbs) = (new Dictionary<string, (int Right, int Count)>(), new VerbForms(_grammar));
        var (meter, done) = (new ProgressMeter(progress, "checking the model", request.Tokens, "tokens"), 0L);
        Each(new WorldStream(_grammar, request.Seed).Take(request.Tokens), model, document => document.Ids.Length - 1, (document, logP, start) =>
        {
            var kind = kinds.GetValueOrDefault(document.Kind);
            for (var at = 1; at < document.Ids.Length; at++) kind.Loss -= logP.Row<float>(start + at - 1)[document.Ids[at]];
            kinds[document.Kind] = (kind.Loss, kind.Bound - document.LogP.Sum(), kind.Tokens + document.Ids.Length - 1);
            foreach (var (verb, other, between) in verbs.In(document))
            {
                var row = logP.Row<float>(start + verb - 1);
                var share = agreement.GetValueOrDefault(between);
                agreement[between] = (share.Right + (row[document.Ids[verb]] > row[other] ? 1 : 0), share.Count + 1);
            }
            meter.Report(done += document.Ids.Length);
        }, cancel);
        var tokens = kinds.Values.Sum(kind => kind.Tokens);
        return new(
            kinds.Values.Sum(kind => kind.Loss) / tokens, kinds.Values.Sum(kind => kind.Bound) / tokens,
            [.. kinds.OrderByDescending(kind => kind.Value.Tokens).Select(kind => new KindLoss(kind.Key, kind.Value.Loss / kind.Value.Tokens, kind.Value.Bound / kind.Value.Tokens))],
            [.. agreement.OrderBy(share => share.Key, StringComparer.Ordinal).Select(share => new AgreementShare(share.Key, share.Value.Right / (double)share.Value.Count, share.Value.Count))],
            Answered(model, cancel), clock.Elapsed.TotalSeconds);
    }

    private AnswerShare[] Answered(LanguageModel model, CancellationToken cancel)
    {
        var shares = new SortedDictionary<(string Kind, bool Harmful, bool UnseenPairs, bool UnseenFrames), (int Right, int Count)>();
        Each(Requests(), model, document => document.Request!.Colon + 1, (document, logP, start) =>
        {
            var row = logP.Row<float>(start + document.Request!.Colon);
            var (refuse, agree) = (Sum(row, Answers.Refusal), Sum(row, Answers.Help));
            var key = Key(document);
            var share = shares.GetValueOrDefault(key);
            shares[key] = (share.Right + (refuse > agree == document.Request.IsHarmful ? 1 : 0), share.Count + 1);
        }, cancel);
        return [.. shares.Select(share => new AnswerShare(share.Key.Kind, share.Key.Harmful, Seen(share.Key.UnseenPairs), Seen(share.Key.UnseenFrames), share.Value.Right / (double)share.Value.Count, share.Value.Count))];
    }

    /// <summary>As many as are asked for of each kind, side and mixture of seen and unseen, or as there are.</summary>
    private IEnumerable<WorldDocument> Requests()
    {
        var counts = new Dictionary<(string, bool, bool, bool), int>();
        foreach (var document in new WorldStream(_grammar, request.Seed + 1, allowsHeldOut: true).From().Take(MostRequestTexts).Where(document => document.Request is { HasTail: false }))
        {
            var key = Key(document);
            if (counts.GetValueOrDefault(key) == request.Requests) continue;
            counts[key] = counts.GetValueOrDefault(key) + 1;
            yield return document;
            if (counts.Count == 32 && counts.Values.All(count => count == request.Requests)) yield break;
        }
    }

    private static (string, bool, bool, bool) Key(WorldDocument document) => (
        document.Request!.Kind, document.Request.IsHarmful, (document.HeldOut & (HeldOut.Pair | HeldOut.Word)) != 0, document.HeldOut.HasFlag(HeldOut.Frame));

    private static string Seen(bool isUnseen) => isUnseen ? "unseen" : "seen";

    private static double Sum(ReadOnlySpan<float> logP, int[] words)
    {
        var sum = 0.0;
        foreach (var word in words) sum += Math.Exp(logP[word]);
        return sum;
    }

    /// <summary>Runs the model over the beginnings of texts and hands out log-probabilities, [rows, dVocab], with the row of each text's first token.</summary>
    private static void Each(IEnumerable<WorldDocument> documents, LanguageModel model, Func<WorldDocument, int> length, Action<WorldDocument, Tensor, int> take, CancellationToken cancel)
    {
        foreach (var chunk in documents.Chunk(Harvester.DefaultRows / WorldGrammar.Context))
        {
            cancel.ThrowIfCancellationRequested();
            var logits = model.Transformer.Run(TokenBatch.Of([.. chunk.Select(document => document.Ids[..length(document)])]), null, LogitRows.All)!; // [rows, dVocab]
            LogitLoss.Normalise(logits);
            var start = 0;
            foreach (var document in chunk)
            {
                take(document, logits, start);
                start += length(document);
            }
            logits.Free();
        }
    }
}
