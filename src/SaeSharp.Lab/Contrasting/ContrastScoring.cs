namespace SaeSharp.Lab.Contrasting;

/// <summary>Scores every feature of every layer, and its chance under random relabellings of the prompts.</summary>
/// <remarks>
/// A relabelling needs of a feature only the ranks of the prompts on which it fires: all others tie at zero. So a thousand of them cost about as much as sorting.
/// Chance is told three ways. P: of the feature by itself. Q: with the relabellings of all features that fire about as often, whose tail reaches further, over all
/// features by Benjamini and Hochberg. PMax: of the best of all features, which holds however they depend on each other (Westfall and Young 1993).
/// </remarks>
internal sealed class ContrastScoring(PromptSplit split, LabelShuffles shuffles, int threads)
{
    private const int FeaturesAtATime = 64;

    /// <summary>All features that fire on a prompt, by layer and index.</summary>
    public IReadOnlyList<FeatureScore> Score(IReadOnlyList<SparseColumns> layers, CancellationToken cancel)
    {
        var units = layers.SelectMany((layer, number) => Enumerable.Range(0, (layer.Count + FeaturesAtATime - 1) / FeaturesAtATime).Select(part => (Layer: number, First: part * FeaturesAtATime))).ToArray();
        var scores = new List<FeatureScore>[units.Length];
        var chance = new ShuffledScores(shuffles.Rounds);
        var whole = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel };
        Parallel.For(0, units.Length, options, () => new Worker(split, shuffles), (unit, _, worker) =>
        {
            var (layer, first) = units[unit];
            scores[unit] = worker.Score(layers[layer], layer, first, Math.Min(first + FeaturesAtATime, layers[layer].Count));
            return worker;
        }, worker =>
        {
            lock (whole) chance.Join(worker.Chance);
        });
        var all = scores.SelectMany(part => part).ToList();
        chance.Judge(all);
        return all;
    }

    /// <summary>One thread's memory.</summary>
    private sealed class Worker(PromptSplit split, LabelShuffles shuffles)
    {
        private readonly FeatureRanking _ranking = new(split.Count);
        private readonly int[] _scratch = new int[split.Count], _sums = new int[LabelShuffles.Block];
        private readonly int[] _halves = [Count(split.Choosing, 1), Count(split.Choosing, -1), Count(split.Held, 1), Count(split.Held, -1)];
        private readonly List<(int[] Prompts, int[] Weights, Deviations Deviations)> _ranked = [];

        public ShuffledScores Chance { get; } = new(shuffles.Rounds);

        public List<FeatureScore> Score(SparseColumns layer, int number, int first, int end)
        {
            var scores = new List<FeatureScore>();
            _ranked.Clear();
            for (var feature = first; feature < end; feature++)
            {
                if (layer.Starts[feature] == layer.Starts[feature + 1]) continue;
                _ranking.Take(layer.PromptsOf(feature), layer.ValuesOf(feature));
                var deviations = Deviations.Of(_ranking, split, _scratch);
                _ranked.Add((_ranking.Prompts.ToArray(), _ranking.Weights.ToArray(), deviations));
                scores.Add(Describe(number, feature, deviations.Observed));
            }
            var hits = new int[scores.Count];
            for (var block = 0; block < shuffles.Blocks; block++)
            {
                for (var i = 0; i < scores.Count; i++)
                {
                    shuffles.Add(block, _ranked[i].Prompts, _ranked[i].Weights, _sums);
                    hits[i] += Chance.Add(block * LabelShuffles.Block, _sums, _ranked[i].Deviations, scores[i].Firings);
                }
            }
            return [.. scores.Select((score, i) => score with { Hits = hits[i] })];
        }

        private FeatureScore Describe(int layer, int feature, double deviation)
        {
            var (sumA, sumB, chosenA, chosenB, firesA, max) = (0.0, 0.0, 0.0, 0.0, 0, 0f);
            for (var i = 0; i < _ranking.Count; i++)
            {
                var (prompt, value) = (_ranking.Prompts[i], _ranking.Values[i]);
                max = Math.Max(max, Math.Abs(value));
                if (prompt < split.A) (sumA, firesA) = (sumA + value, firesA + 1);
                else sumB += value;
                if (split.Choosing[prompt] > 0) chosenA += value;
                else if (split.Choosing[prompt] < 0) chosenB += value;
            }
            var score = new FeatureScore
            {
                Layer = layer, Feature = feature, Firings = _ranking.Count, Max = max, Deviation = deviation, Hits = 0,
                All = _ranking.Area(split.All, split.A, split.B), Choosing = _ranking.Area(split.Choosing, _halves[0], _halves[1]), Held = _ranking.Area(split.Held, _halves[2], _halves[3]),
                MeanA = sumA / split.A, MeanB = sumB / split.B, RateA = (double)firesA / split.A, RateB = (double)(_ranking.Count - firesA) / split.B,
                ChoosingDifference = chosenA / _halves[0] - chosenB / _halves[1],
            };
            if (!split.IsPaired) return score;
            var pairs = (_ranking.EveryPair(split.A, split.All, _scratch, out var torn), _ranking.EveryPair(split.A, split.Choosing, _scratch, out var tornChoosing), _ranking.EveryPair(split.A, split.Held, _scratch, out _));
            return score with { Pairs = pairs, Torn = (torn, tornChoosing) };
        }

        private static int Count(ReadOnlySpan<sbyte> side, sbyte of) => side.Count(of);
    }
}
