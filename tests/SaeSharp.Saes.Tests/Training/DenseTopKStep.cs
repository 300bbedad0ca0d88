using SaeSharp.Numerics;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>The naive twin of <c>TopKStep</c>: every [batch, dSae] matrix is made, in f64, and the gradients go through the decoder norms as autograd would send them.</summary>
internal sealed class DenseTopKStep(TrainingOptions options, int batchSize, int dIn, int dSae, int k, bool rescale)
{
    private readonly double[] _encoder = new double[dSae * dIn], _encoderBias = new double[dSae], _decoder = new double[dSae * dIn], _decoderBias = new double[dIn];
    private readonly double[][] _means = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
    private readonly double[][] _squares = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
    private readonly int[] _sinceFired = new int[dSae];
    private int _step;

    public double[][] Parameters => [_encoder, _encoderBias, _decoder, _decoderBias];

    public int NumDead => _sinceFired.Count(steps => (long)steps * batchSize > options.Dead.WindowTokens);

    /// <summary>One step on x [batch, dIn]; returns the loss.</summary>
    public double Advance(double[,] x)
    {
        var batch = x.GetLength(0);
        bool[] dead = [.. _sinceFired.Select(steps => (long)steps * batchSize > options.Dead.WindowTokens)];
        var norms = new double[dSae];
        for (var f = 0; f < dSae; f++) norms[f] = rescale ? Math.Sqrt(Sum(dIn, i => _decoder[f * dIn + i] * _decoder[f * dIn + i])) : 1;
        var (pre, chosen, auxChosen) = (new double[batch, dSae], new bool[batch, dSae], new bool[batch, dSae]);
        for (var b = 0; b < batch; b++)
            for (var f = 0; f < dSae; f++)
            {
                var sum = _encoderBias[f];
                for (var i = 0; i < dIn; i++) sum += (x[b, i] - _decoderBias[i]) * _encoder[f * dIn + i];
                pre[b, f] = sum;
            }

        var kappa = options.Dead.AuxK ?? dIn / 2;
        var numDead = dead.Count(isDead => isDead);
        var share = options.Dead.AuxCoefficient * Math.Min((double)numDead / kappa, 1);
        for (var b = 0; b < batch; b++)
        {
            foreach (var f in Largest(b, pre, norms, k, _ => true)) chosen[b, f] = pre[b, f] * norms[f] > 0;
            foreach (var f in Largest(b, pre, norms, Math.Min(kappa, numDead), f => dead[f])) auxChosen[b, f] = true;
        }

        double[][] gradients = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
        var loss = 0.0;
        for (var b = 0; b < batch; b++)
        {
            var error = Error(b, x, pre, norms, chosen);
            loss += error.Sum(e => e * e) / batch;
            Backward(b, x, pre, norms, chosen, error, 2.0 / batch, gradients);
            for (var i = 0; i < dIn; i++) gradients[3][i] += 2.0 / batch * error[i];
            if (numDead == 0 || share == 0) continue;

            double[] auxError = [.. error];
            for (var f = 0; f < dSae; f++)
                for (var i = 0; i < dIn && auxChosen[b, f]; i++) auxError[i] += pre[b, f] * norms[f] * (_decoder[f * dIn + i] / norms[f]);
            loss += share * auxError.Sum(e => e * e) / batch;
            Backward(b, x, pre, norms, auxChosen, auxError, 2 * share / batch, gradients);
        }
        for (var f = 0; f < dSae; f++) _sinceFired[f] = Enumerable.Range(0, batch).Any(b => chosen[b, f]) ? 0 : _sinceFired[f] + 1;
        Adam(gradients);
        return loss;
    }

    private double[] Error(int b, double[,] x, double[,] pre, double[] norms, bool[,] chosen)
    {
        double[] error = [.. Enumerable.Range(0, dIn).Select(i => _decoderBias[i] - x[b, i])];
        for (var f = 0; f < dSae; f++)
            for (var i = 0; i < dIn && chosen[b, f]; i++) error[i] += pre[b, f] * norms[f] * (_decoder[f * dIn + i] / norms[f]);
        return error;
    }

    /// <summary>Adds the gradients of weight/2 · ‖error‖² of row b; h = pre·n, u = W_dec/n, x̂ = Σ h·u.</summary>
    private void Backward(int b, double[,] x, double[,] pre, double[] norms, bool[,] chosen, double[] error, double weight, double[][] gradients)
    {
        for (var f = 0; f < dSae; f++)
        {
            if (!chosen[b, f]) continue;
            var h = pre[b, f] * norms[f];
            var dh = Sum(dIn, i => weight * error[i] * _decoder[f * dIn + i] / norms[f]);
            var dPre = dh * norms[f];
            var dNorm = rescale ? dh * pre[b, f] - h * dh / norms[f] : 0;      // through h = pre·n, and through u = W_dec/n
            gradients[1][f] += dPre;
            for (var i = 0; i < dIn; i++)
            {
                gradients[0][f * dIn + i] += dPre * (x[b, i] - _decoderBias[i]);
                gradients[2][f * dIn + i] += h * weight * error[i] / norms[f] + dNorm * _decoder[f * dIn + i] / norms[f];
                gradients[3][i] -= dPre * _encoder[f * dIn + i];
            }
        }
    }

    private IEnumerable<int> Largest(int b, double[,] pre, double[] norms, int count, Func<int, bool> allowed) =>
        Enumerable.Range(0, dSae).Where(allowed).OrderByDescending(f => pre[b, f] * norms[f]).Take(count);

    private void Adam(double[][] gradients)
    {
        var norm = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(g => g * g)));
        var clip = Math.Min(1, options.ClipNorm!.Value / (norm + 1e-6));
        var rate = options.Rate.Peak * Math.Min(1, Math.Min(
            options.Rate.WarmupSteps == 0 ? 1 : (_step + 1.0) / options.Rate.WarmupSteps, options.Rate.DecaySteps == 0 ? 1 : (double)(options.Steps - _step) / options.Rate.DecaySteps));
        _step++;
        var (meanLeft, squareLeft) = (1 - Math.Pow(options.Optimiser.Beta1, _step), 1 - Math.Pow(options.Optimiser.Beta2, _step));
        for (var p = 0; p < 4; p++)
            for (var i = 0; i < gradients[p].Length; i++)
            {
                var g = gradients[p][i] * clip;
                var (m, v) = (_means[p][i] = options.Optimiser.Beta1 * _means[p][i] + (1 - options.Optimiser.Beta1) * g, _squares[p][i] = options.Optimiser.Beta2 * _squares[p][i] + (1 - options.Optimiser.Beta2) * g * g);
                Parameters[p][i] -= rate * (m / meanLeft) / (Math.Sqrt(v / squareLeft) + 1e-8);
            }
    }

    private static double Sum(int count, Func<int, double> term)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++) sum += term(i);
        return sum;
    }

    /// <summary>Starts from the weights of a trainer.</summary>
    public void CopyFrom(SaeTrainer trainer)
    {
        foreach (var (target, source) in Parameters.Zip(trainer.TrainingStep.Weights.All))
            for (var i = 0; i < target.Length; i++) target[i] = source.Value.Read(i);
    }
}
