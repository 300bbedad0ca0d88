using SaeSharp.Numerics;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>The naive twin of <c>ContrastiveStep</c>: every matrix is made, in f64, level by level and pair by pair, without decoder norms and dead latents.</summary>
internal sealed class DenseContrastiveStep(TrainingOptions options, int dIn, int dSae, int k)
{
    private readonly double[] _encoder = new double[dSae * dIn], _encoderBias = new double[dSae], _decoder = new double[dSae * dIn], _decoderBias = new double[dIn];
    private readonly double[][] _means = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
    private readonly double[][] _squares = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
    private readonly int _high = (int)(options.Contrastive.HighShare * dSae);
    private int _step;

    private double[][] Parameters => [_encoder, _encoderBias, _decoder, _decoderBias];

    /// <summary>Starts from the weights of a trainer.</summary>
    public void CopyFrom(SaeTrainer trainer)
    {
        foreach (var (target, source) in Parameters.Zip(trainer.TrainingStep.Weights.All))
            for (var i = 0; i < target.Length; i++) target[i] = source.Value.Read(i);
    }

    /// <summary>One step on x [2 · rows, dIn], neighbours one after another; returns the loss, contrast included.</summary>
    public double Advance(double[,] x)
    {
        var count = x.GetLength(0);
        var f = Latents(x);
        double[][] gradients = [new double[dSae * dIn], new double[dSae], new double[dSae * dIn], new double[dIn]];
        var (loss, df) = (0.0, new double[count, dSae]);
        foreach (var level in new[] { _high, dSae }) loss += Reconstruct(x, f, df, level, gradients);
        loss += Contrast(f, df);
        for (var b = 0; b < count; b++)
            for (var latent = 0; latent < dSae; latent++)
            {
                if (f[b, latent] == 0) continue;
                gradients[1][latent] += df[b, latent];
                for (var i = 0; i < dIn; i++)
                {
                    gradients[0][latent * dIn + i] += df[b, latent] * (x[b, i] - _decoderBias[i]);
                    gradients[3][i] -= df[b, latent] * _encoder[latent * dIn + i];
                }
            }
        Adam(gradients);
        return loss;
    }

    /// <summary>The k · count largest of all pre-activations above 0.</summary>
    private double[,] Latents(double[,] x)
    {
        var (count, all) = (x.GetLength(0), new List<(double Value, int Row, int Latent)>());
        for (var b = 0; b < count; b++)
            for (var latent = 0; latent < dSae; latent++)
            {
                var pre = _encoderBias[latent];
                for (var i = 0; i < dIn; i++) pre += (x[b, i] - _decoderBias[i]) * _encoder[latent * dIn + i];
                if (pre > 0) all.Add((pre, b, latent));
            }
        var f = new double[count, dSae];
        foreach (var (value, row, latent) in all.OrderByDescending(entry => entry.Value).Take(k * count)) f[row, latent] = value;
        return f;
    }

    /// <summary>mean ‖x − x̂‖² by the first <paramref name="width"/> latents.</summary>
    private double Reconstruct(double[,] x, double[,] f, double[,] df, int width, double[][] gradients)
    {
        var (count, loss) = (x.GetLength(0), 0.0);
        for (var b = 0; b < count; b++)
        {
            double[] error = [.. Enumerable.Range(0, dIn).Select(i => _decoderBias[i] - x[b, i])];
            for (var latent = 0; latent < width; latent++)
                for (var i = 0; i < dIn; i++) error[i] += f[b, latent] * _decoder[latent * dIn + i];
            loss += error.Sum(e => e * e) / count;
            for (var i = 0; i < dIn; i++) gradients[3][i] += 2 * error[i] / count;
            for (var latent = 0; latent < width; latent++)
                for (var i = 0; i < dIn; i++)
                {
                    gradients[2][latent * dIn + i] += f[b, latent] * 2 * error[i] / count;
                    df[b, latent] += 2 * error[i] / count * _decoder[latent * dIn + i];
                }
        }
        return loss;
    }

    /// <summary>α/N Σ over both directions of −log softmax of the neighbour's cosine; its slopes through S_ij = cos(z_i, z'_j)/τ one by one.</summary>
    private double Contrast(double[,] f, double[,] df)
    {
        var (n, weight, tau) = (f.GetLength(0) / 2, options.Contrastive.Coefficient / (f.GetLength(0) / 2), options.Contrastive.Temperature);
        double Dot(int a, int b) => Enumerable.Range(0, _high).Sum(latent => f[a, latent] * f[b, latent]);
        var s = new double[n, n];
        double[] lengths = [.. Enumerable.Range(0, 2 * n).Select(row => Math.Sqrt(Dot(row, row)))];
        bool IsSeen(int i, int j) => lengths[2 * i] > 0 && lengths[2 * j + 1] > 0;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) s[i, j] = IsSeen(i, j) ? Dot(2 * i, 2 * j + 1) / lengths[2 * i] / lengths[2 * j + 1] / tau : 0;
        var loss = 0.0;
        var ds = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            var row = Enumerable.Range(0, n).Sum(j => Math.Exp(s[i, j]));
            var column = Enumerable.Range(0, n).Sum(j => Math.Exp(s[j, i]));
            loss += weight * (Math.Log(row) + Math.Log(column) - 2 * s[i, i]);
            ds[i, i] -= 2 * weight;
            for (var j = 0; j < n; j++)
            {
                ds[i, j] += weight * Math.Exp(s[i, j]) / row;
                ds[j, i] += weight * Math.Exp(s[j, i]) / column;
            }
        }
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var (a, b) = (2 * i, 2 * j + 1);
                if (!IsSeen(i, j)) continue;
                for (var latent = 0; latent < _high; latent++)
                {
                    // ∂cos/∂z = z' / (‖z‖‖z'‖) − cos · z / ‖z‖²
                    df[a, latent] += ds[i, j] / tau * (f[b, latent] / lengths[a] / lengths[b] - s[i, j] * tau * f[a, latent] / lengths[a] / lengths[a]);
                    df[b, latent] += ds[i, j] / tau * (f[a, latent] / lengths[a] / lengths[b] - s[i, j] * tau * f[b, latent] / lengths[b] / lengths[b]);
                }
            }
        return loss;
    }

    private void Adam(double[][] gradients)
    {
        var norm = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(g => g * g)));
        var clip = Math.Min(1, options.ClipNorm!.Value / (norm + 1e-6));
        var (beta1, beta2) = (options.Optimiser.Beta1, options.Optimiser.Beta2);
        _step++;
        for (var p = 0; p < 4; p++)
            for (var i = 0; i < gradients[p].Length; i++)
            {
                var g = gradients[p][i] * clip;
                var (m, v) = (_means[p][i] = beta1 * _means[p][i] + (1 - beta1) * g, _squares[p][i] = beta2 * _squares[p][i] + (1 - beta2) * g * g);
                Parameters[p][i] -= options.Rate.Peak * (m / (1 - Math.Pow(beta1, _step))) / (Math.Sqrt(v / (1 - Math.Pow(beta2, _step))) + 1e-8);
            }
    }
}
