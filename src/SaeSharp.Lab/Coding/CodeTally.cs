using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Sums over all signals coded.</summary>
internal sealed class CodeTally
{
    private readonly SortedDictionary<string, long> _stopped = new(StringComparer.Ordinal);
    private double[] _sum = [];
    private double _squares, _errors, _shares, _seconds, _largestGap;
    private long _signals, _atoms, _iterations, _nonZero;
    private bool _hasGap;

    public void Add(Tensor signals, SparseAnswer[] answers, double seconds)
    {
        _seconds += seconds;
        if (_sum.Length == 0) _sum = new double[signals.Columns];
        for (var row = 0; row < answers.Length; row++)
        {
            var squares = 0.0;
            for (var i = 0; i < _sum.Length; i++)
            {
                var value = signals.Read((long)row * _sum.Length + i);
                (squares, _sum[i]) = (squares + value * value, _sum[i] + value);
            }
            var answer = answers[row];
            (_signals, _atoms, _iterations, _squares, _errors) = (_signals + 1, _atoms + answer.Indices.Length, _iterations + answer.Iterations, _squares + squares, _errors + answer.Residual * answer.Residual);
            var name = JsonNamingPolicy.CamelCase.ConvertName(answer.Why.ToString());
            _stopped[name] = _stopped.GetValueOrDefault(name) + 1;
            if (squares == 0) continue;
            (_nonZero, _shares) = (_nonZero + 1, _shares + answer.Residual * answer.Residual / squares);
            if (answer.Gap is { } gap) (_hasGap, _largestGap) = (true, Math.Max(_largestGap, gap / (squares / 2)));
        }
    }

    public CodeResult Describe(CodeResult result)
    {
        var variance = _squares - _sum.Sum(value => value * value) / Math.Max(1, _signals);
        return result with
        {
            Signals = _signals,
            L0 = Share(_atoms),
            Iterations = Share(_iterations),
            SecondsPerSignal = Share(_seconds),
            Fvu = variance > 1e-12 * _squares ? _errors / variance : null,
            ResidualShare = _nonZero > 0 ? _shares / _nonZero : null,
            LargestGap = _hasGap ? _largestGap : null,
            Stopped = _stopped,
        };
    }

    private double? Share(double sum) => _signals > 0 ? sum / _signals : null;
}
