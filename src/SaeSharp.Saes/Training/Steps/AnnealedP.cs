using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>p of every step, and the factor that keeps the size of the penalty when p changes.</summary>
/// <remarks>
/// At update j the factor is multiplied by mean(penalty at p) / mean(penalty at the next p) over the last steps, then p becomes value j of a line from first to final p.
/// dictionary_learning keeps those values and means in f32, which <see cref="Convention.DictionaryLearning"/> follows.
/// </remarks>
internal sealed class AnnealedP
{
    private readonly int[] _steps;
    private readonly double[] _values;
    private readonly AnnealingOptions _options;
    private readonly bool _single;
    private readonly Tensor _state;

    public AnnealedP(TrainingOptions options)
    {
        (_options, _single) = (options.Penalty.Annealing!, options.Convention == Convention.DictionaryLearning);
        var (first, last, count) = (_options.StartStep, _options.EndStep ?? options.Steps, _options.Updates);
        if (last < first) throw OptionException.Invalid($"p should anneal from step {first} to step {last}.", "Let it begin before it ends.");
        _steps = new int[count];
        _values = new double[count];
        for (var j = 0; j < count; j++)
        {
            _steps[j] = (int)Line(first, last, j, count);
            _values[j] = _single ? SingleLine((float)options.Penalty.P, (float)_options.FinalP, j, count) : Line(options.Penalty.P, _options.FinalP, j, count);
        }
        _state = Tensor.Zeros(DType.F64, 4 + 2 * _options.QueueLength); // p, factor, updates done, steps in the queue, the queue
        (P, Factor) = (options.Penalty.P, 1);
    }

    public double P
    {
        get => _state.Read(0);
        private set => _state.Write(0, value);
    }

    /// <summary>What λ is multiplied by.</summary>
    public double Factor
    {
        get => _state.Read(1);
        private set => _state.Write(1, value);
    }

    /// <summary>The p that follows; null before the first update.</summary>
    public double? Next => Done == 0 ? null : Done < _values.Length ? _values[Done] : _options.FinalP;

    /// <summary>What a checkpoint keeps.</summary>
    public (string Name, Tensor Tensor) State => ("penalty.annealing", _state);

    private int Done => (int)_state.Read(2);

    private Span<double> Queue => _state.Span<double>()[4..];

    /// <summary>Takes note of a step's penalty at p and at the next p (without λ), and changes p where it is time.</summary>
    public void Observe(int step, double now, double next)
    {
        if (Done > 0) Enqueue(now, next);
        if (Done >= _steps.Length || step < _steps[Done] || Array.IndexOf(_steps, step) < 0) return;
        if (Done > 0) Factor *= _single ? (float)Mean(0) / (float)Mean(1) : Mean(0) / Mean(1);
        P = _values[Done];
        _state.Write(2, Done + 1);
    }

    private void Enqueue(double now, double next)
    {
        var count = (int)_state.Read(3);
        if (count == _options.QueueLength) Queue[2..].CopyTo(Queue);
        else _state.Write(3, ++count);
        (Queue[2 * count - 2], Queue[2 * count - 1]) = (now, next);
    }

    private double Mean(int which)
    {
        var (count, sum) = ((int)_state.Read(3), 0.0);
        if (_single) return SingleMean(which, count);
        for (var i = 0; i < count; i++) sum += Queue[2 * i + which];
        return sum / count;
    }

    /// <summary>As torch sums few f32 numbers: what fills no vector of eight first, then the eight lanes.</summary>
    private float SingleMean(int which, int count)
    {
        var whole = count / 8 * 8;
        var sum = 0f;
        for (var i = whole; i < count; i++) sum += (float)Queue[2 * i + which];
        for (var lane = 0; lane < Math.Min(whole, 8); lane++)
        {
            var inLane = 0f;
            for (var i = lane; i < whole; i += 8) inLane += (float)Queue[2 * i + which];
            sum += inLane;
        }
        return sum / count;
    }

    private static double Line(double first, double last, int j, int count) => first + (last - first) * j / (count - 1);

    /// <summary>As torch draws a line in f32: from both ends to the middle.</summary>
    private static float SingleLine(float first, float last, int j, int count)
    {
        var step = (last - first) / (count - 1);
        return j < count / 2 ? first + step * j : last - step * (count - 1 - j);
    }
}
