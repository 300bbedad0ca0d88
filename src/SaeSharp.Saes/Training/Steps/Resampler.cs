using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Gives dead and rarely firing latents a new life every so many tokens: they point to activations that are badly reconstructed, or anywhere.</summary>
/// <remarks>
/// Bricken et al. 2023, appendix: rows are drawn from the batch with a chance of their squared error squared, each once; with v = (x − b_dec)/‖x − b_dec‖, W_dec[i] = v (of the mean
/// length of the living), W_enc[i] = 0.2 · mean‖W_enc living‖ · v, biases as at the start, and the optimiser forgets. dictionary_learning draws with a chance of the error itself and
/// keeps the length of x in the encoder, about 0 instead of b_dec. What is drawn depends on seed and step alone, so a resumed run draws the same.
/// </remarks>
internal sealed class Resampler
{
    private const double EncoderShare = 0.2;
    private readonly StepSetting _setting;
    private readonly TrainingStep _step;
    private readonly Tensor _errors, _fired;
    private readonly bool _isPeer;

    public Resampler(StepSetting setting, TrainingStep step)
    {
        (_setting, _step, _isPeer) = (setting, step, setting.Options.Convention == Convention.DictionaryLearning);
        _errors = Tensor.Zeros(setting.Type, step.BatchSize);
        _fired = Tensor.Zeros(DType.F64, setting.DSae + 1);                   // batches in which each fired since the last revival, and all batches
        if (!step.Weights.HasEncoder || setting.Config.DOut is not null)
            throw OptionException.Invalid($"Latents of a {setting.Config.Architecture} SAE cannot be resampled: it has no encoder, or reads something else than it writes.", $"Set {nameof(DeadOptions.ResampleTokens)} to 0.");
    }

    private DeadOptions Options => _setting.Options.Dead;

    /// <summary>What a checkpoint keeps.</summary>
    public (string Name, Tensor Tensor) State => ("resampler.fired", _fired);

    /// <summary>Takes note of which latents fired in a batch.</summary>
    public void Observe(ReadOnlySpan<bool> fired)
    {
        var counts = _fired.Span<double>();
        for (var f = 0; f < fired.Length; f++)
            if (fired[f]) counts[f]++;
        counts[^1]++;
    }

    /// <summary>Whether latents are to be revived after step t, counted from 0.</summary>
    public bool IsDue(int step)
    {
        var (before, after) = ((long)step * _step.BatchSize, (step + 1L) * _step.BatchSize);
        return before / Options.ResampleTokens != after / Options.ResampleTokens && step + 1 <= Options.ResampleUntil * _setting.Options.Steps;
    }

    /// <summary>Revives after step t, whose batch was <paramref name="x"/> [batch, dIn] (normalised). Returns how many.</summary>
    public int Revive(int step, Tensor x)
    {
        var latents = new List<int>(_step.Dead.Find().ToArray());
        var batches = _fired.Read(_setting.DSae);
        for (var f = 0; f < _setting.DSae; f++)
            if (_fired.Read(f) < Options.RareBelow * batches && !latents.Contains(f)) latents.Add(f);
        latents.Sort();
        _fired.Clear();
        if (Options.Revival == Revival.Redraw) Redraw(latents, new SeededRandom(_setting.Options.Seed, 0x5E, step));
        else
        {
            if (!_step.TakeErrors(_errors)) throw OptionException.Invalid($"A {_setting.Config.Architecture} step keeps no errors of single activations.", $"Use {nameof(Revival)}.{nameof(Revival.Redraw)}.");
            var rows = Draw(Math.Min(latents.Count, x.RowCount), new SeededRandom(_setting.Options.Seed, 0x5E, step));
            latents.RemoveRange(rows.Length, latents.Count - rows.Length);
            Resample(latents, rows, x);
        }
        return latents.Count;
    }

    /// <summary>Lets <paramref name="latents"/> point to <paramref name="rows"/> of x.</summary>
    public void Resample(List<int> latents, int[] rows, Tensor x)
    {
        var (encoderNorm, decoderNorm) = (MeanNorm(_step.Weights.Encoder.Value, latents), DecoderNorm(latents));
        var v = new double[x.Columns];
        for (var i = 0; i < latents.Count; i++)
        {
            for (var j = 0; j < v.Length; j++) v[j] = x.Read((long)rows[i] * v.Length + j) - (_isPeer ? 0 : _step.Weights.DecoderBias.Value.Read(j));
            Point(latents[i], v, EncoderShare * encoderNorm, decoderNorm);
        }
    }

    private void Redraw(List<int> latents, SeededRandom random)
    {
        var (encoderNorm, decoderNorm) = (MeanNorm(_step.Weights.Encoder.Value, latents), DecoderNorm(latents));
        var v = new double[_setting.DIn];
        foreach (var latent in latents)
        {
            foreach (ref var value in v.AsSpan()) value = 2 * random.NextDouble() - 1;
            Point(latent, v, EncoderShare * encoderNorm, decoderNorm);
        }
    }

    private double DecoderNorm(List<int> latents) => _setting.Options.Decoder.Constraint == DecoderConstraint.UnitNorm ? 1 : MeanNorm(_step.Weights.Decoder.Value, latents);

    private void Point(int latent, double[] v, double encoderNorm, double decoderNorm)
    {
        var length = Math.Sqrt(v.Sum(value => value * value));
        if (length == 0) return;
        for (var j = 0; j < v.Length; j++)
        {
            _step.Weights.Decoder.Value.Write((long)latent * v.Length + j, v[j] / length * decoderNorm);
            _step.Weights.Encoder.Value.Write((long)latent * v.Length + j, (_isPeer ? v[j] : v[j] / length) * encoderNorm);
        }
        _step.ResetLatent(latent);
        foreach (var weight in _step.Weights.All)
            if (weight != _step.Weights.DecoderBias && weight.Value.Shape[0] == _setting.DSae) _setting.Optimiser.Forget(weight, latent);
        _step.Dead.SinceFired[latent] = 0;
    }

    /// <summary>Rows of the batch, each once, with a chance of their error; the order is that of the draws.</summary>
    private int[] Draw(int count, SeededRandom random)
    {
        var chances = new double[_step.BatchSize];
        for (var row = 0; row < chances.Length; row++) chances[row] = _isPeer ? _errors.Read(row) : Math.Pow(_errors.Read(row), 4);
        var rows = new int[count];
        for (var i = 0; i < count; i++)
        {
            var (left, row) = (random.NextDouble() * chances.Where(chance => chance > 0).Sum(), -1);
            for (var r = 0; r < chances.Length; r++)
            {
                if (chances[r] < 0) continue;                                 // drawn already
                row = r;
                left -= chances[r];
                if (left < 0) break;
            }
            rows[i] = row;
            chances[row] = -1;
        }
        return rows;
    }

    /// <summary>Mean length of the rows of those that are not in <paramref name="dead"/>; 1 where there are none.</summary>
    private static double MeanNorm(Tensor rows, List<int> dead)
    {
        var (sum, count, next) = (0.0, 0, 0);
        for (var f = 0; f < rows.RowCount; f++)
        {
            if (next < dead.Count && dead[next] == f)
            {
                next++;
                continue;
            }
            var squares = 0.0;
            for (var j = 0; j < rows.Columns; j++) squares += Math.Pow(rows.Read((long)f * rows.Columns + j), 2);
            (sum, count) = (sum + Math.Sqrt(squares), count + 1);
        }
        return count == 0 ? 1 : sum / count;
    }
}
