using System.Diagnostics;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using RandomTensors = SaeSharp.Lab.Benchmarks.RandomTensors;

namespace SaeSharp.Lab.Searching;

/// <summary>Times searches among made-up features. Words follow Zipf's law, as in real names: a few stand in many names, most in few.</summary>
internal sealed class SearchBench(SearchBenchRequest request, Backend backend)
{
    private const int Words = 20_000, Top = 20;

    public SearchBenchResult Run(CancellationToken cancel)
    {
        var random = new SplitMix(1);
        string[] vocabulary = [.. Enumerable.Range(0, Words).Select(_ => Word(ref random))];
        var names = new string[request.Features];
        var densities = new float[request.Features];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = string.Join(' ', Enumerable.Range(0, 3 + random.Below(3)).Select(_ => vocabulary[Zipf(ref random)]));
            densities[i] = (float)Math.Exp(-random.Below(1000) / 100.0);
        }
        var clock = Stopwatch.StartNew();
        var index = new LabelIndex(names.Select((name, i) => (0, i, name)));
        var build = clock.Elapsed.TotalSeconds;
        var exact = 0;
        var label = Median(i => index.Search(names[i * 7919 % names.Length], (_, _) => true, Top, out _), cancel);
        var filtered = Median(i => index.Search(names[i * 7919 % names.Length], (_, feature) => densities[feature] is > 0.001f and < 0.01f, Top, out _), cancel);
        for (var i = 0; i < request.Repetitions; i++)
        {
            var target = i * 104_729 % names.Length;
            if (index.Search(Misspelled(names[target]), (_, _) => true, Top, out _) is [var first, ..] && names[first.Feature] == names[target]) exact++;
        }
        return new(request.Features, request.DIn, build, label, filtered, Directions(cancel), Naive(names), (double)exact / request.Repetitions);
    }

    private double Directions(CancellationToken cancel)
    {
        var (rows, one) = (RandomTensors.Uniform(2, request.Features, request.DIn), RandomTensors.Uniform(3, 1, request.DIn));
        var dots = Tensor.Zeros(DType.F32, 1, request.Features);
        return Median(_ =>
        {
            backend.MatMulStored(one, rows, dots);
            var best = new Best<int>(Top);
            var row = dots.Row<float>(0);
            for (var i = 0; i < row.Length; i++) best.Offer(i, row[i]);
            best.Take();
        }, cancel);
    }

    /// <summary>What the index is for: every name looked at with every search.</summary>
    private static double Naive(string[] names)
    {
        var clock = Stopwatch.StartNew();
        var asked = WordRanking.WordsOf(names[0]).ToHashSet(StringComparer.Ordinal);
        var best = new Best<int>(Top);
        for (var i = 0; i < names.Length; i++) best.Offer(i, WordRanking.WordsOf(names[i]).Count(asked.Contains));
        return best.Take().Count > 0 ? clock.Elapsed.TotalMilliseconds : 0;
    }

    private double Median(Action<int> work, CancellationToken cancel)
    {
        work(0);
        var times = new double[request.Repetitions];
        for (var i = 0; i < times.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            work(i + 1);
            times[i] = clock.Elapsed.TotalMilliseconds;
        }
        return times.Order().ElementAt(times.Length / 2);
    }

    private static string Word(ref SplitMix random)
    {
        const string Consonants = "bcdfghjklmnprstvwz", Vowels = "aeiou";
        var word = new char[2 * (2 + random.Below(3))];
        for (var i = 0; i < word.Length; i++) word[i] = i % 2 == 0 ? Consonants[random.Below(Consonants.Length)] : Vowels[random.Below(Vowels.Length)];
        return new(word);
    }

    /// <summary>Rank r with a chance that falls as 1 ÷ r.</summary>
    private static int Zipf(ref SplitMix random) => Math.Min(Words - 1, (int)Math.Pow(Words, random.Below(1 << 20) / (double)(1 << 20)));

    private static string Misspelled(string name) => name.Length > 6 ? name[..4] + name[5] + name[4] + name[6..] : name;
}
