using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Logistic probes of all concepts at once on one kind of activation; rows that do not count for a concept do not move its probe.</summary>
/// <remarks>
/// On whitened rows the curvature of the mean loss is at most ¼, so a step of 4 always descends; Nesterov's acceleration does the rest. The first step from 0 is
/// Fisher's discriminant. A hundred steps are a few products of matrices, where Newton's method for each concept would be as many systems of equations.
/// </remarks>
internal sealed class ConceptProbes
{
    private const int Steps = 120;
    private const float Step = 4, Decay = 1e-5f;
    private readonly Whitening _whitening;
    private readonly Tensor _weights; // W   [concepts, d]
    private readonly Backend _backend;

    private ConceptProbes(Whitening whitening, Tensor weights, Backend backend) => (_whitening, _weights, _backend) = (whitening, weights, backend);

    /// <summary>Fits the probes of <paramref name="labels"/> on x [rows, d].</summary>
    public static ConceptProbes Fit(Tensor x, ConceptLabels labels, Backend backend, CancellationToken cancel)
    {
        var (rows, d, count) = (x.RowCount, x.Columns, labels.Concepts);
        using var scope = new TensorScope();
        var whitening = new Whitening(x, backend);
        var z = scope.Add(whitening.Apply(x));                                // z   [rows, d]
        var weights = Tensor.Zeros(DType.F32, count, d);                      // W   [concepts, d]
        Tensor before = scope.Add(Tensor.Zeros(DType.F32, count, d)), ahead = scope.Add(Tensor.Zeros(DType.F32, count, d)), gradient = scope.Add(Tensor.Zeros(DType.F32, count, d));
        var residual = scope.Add(Tensor.Zeros(DType.F32, rows, count));       // p − y   [rows, concepts]
        float[] bias = [.. Enumerable.Range(0, count).Select(concept => LogOdds(labels, concept))], biasBefore = [.. bias], biasAhead = [.. bias];
        for (var step = 1; step <= Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            backend.MatMul(z, ahead, residual, Transpose.B);
            var slopes = Residuals(residual, biasAhead, labels);
            backend.MatMul(residual, z, gradient, Transpose.A);
            var momentum = (step - 1f) / (step + 2f);
            for (var concept = 0; concept < count; concept++)
            {
                var counted = Math.Max(1, rows - labels.Unknowns[concept]);
                Span<float> w = weights.Row<float>(concept), a = ahead.Row<float>(concept), g = gradient.Row<float>(concept), old = before.Row<float>(concept);
                for (var i = 0; i < d; i++)
                {
                    old[i] = w[i];
                    w[i] = a[i] - Step * (g[i] / counted + Decay * a[i]);
                    a[i] = w[i] + momentum * (w[i] - old[i]);
                }
                biasBefore[concept] = bias[concept];
                bias[concept] = biasAhead[concept] - Step * (float)(slopes[concept] / counted);
                biasAhead[concept] = bias[concept] + momentum * (bias[concept] - biasBefore[concept]);
            }
        }
        return new(whitening, weights, backend);
    }

    /// <summary>w·z of each row for each concept, which ranks as its probe does: [concepts][rows].</summary>
    public float[][] Scores(Tensor x)
    {
        var (z, scores) = (_whitening.Apply(x), Tensor.Zeros(DType.F32, _weights.RowCount, x.RowCount));
        _backend.MatMul(_weights, z, scores, Transpose.B);                    // W·zᵀ   [concepts, rows]
        float[][] all = [.. Enumerable.Range(0, _weights.RowCount).Select(concept => scores.Row<float>(concept).ToArray())];
        z.Free();
        scores.Free();
        return all;
    }

    private static float LogOdds(ConceptLabels labels, int concept) => labels.IsDecided(concept) ? (float)Math.Log(labels.Positives[concept] / (double)labels.Negatives(concept)) : 0;

    /// <summary>Turns logits into p − y, 0 where a row does not count; gives their sums.</summary>
    private static double[] Residuals(Tensor logits, float[] bias, ConceptLabels labels)
    {
        var slopes = new double[bias.Length];
        for (var row = 0; row < labels.Rows; row++)
        {
            var p = logits.Row<float>(row);
            TensorPrimitives.Add(p, bias, p);
            TensorPrimitives.Sigmoid<float>(p, p);
            foreach (var concept in labels.Truth[row]) p[concept] -= 1;
            foreach (var concept in labels.Unknown[row]) p[concept] = 0;
            for (var concept = 0; concept < p.Length; concept++) slopes[concept] += p[concept];
        }
        return slopes;
    }
}
