using System.Numerics.Tensors;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Lab.Coding;

/// <summary>The naive twins of the fast solvers: one signal at a time, all atoms in every step, f32.</summary>
internal sealed class NaiveCoding(Tensor atoms)
{
    private const int CheckedEvery = 10, MostEpochs = 10_000;

    /// <summary>Coordinate descent over all atoms until the duality gap is small enough.</summary>
    public float[] Lasso(float[] signal, double ratio, double gap)
    {
        var (x, residual, squares) = (new float[atoms.RowCount], signal.ToArray(), TensorPrimitives.SumOfSquares<float>(signal));
        var lambda = (float)(ratio * Largest(residual).Fit);
        for (var epoch = 1; epoch <= MostEpochs; epoch++)
        {
            for (var atom = 0; atom < x.Length; atom++)
            {
                var direction = atoms.Row<float>(atom);
                var pull = TensorPrimitives.Dot<float>(direction, residual) + x[atom];
                var next = pull > lambda ? pull - lambda : pull < -lambda ? pull + lambda : 0;
                if (next == x[atom]) continue;
                TensorPrimitives.MultiplyAdd(direction, x[atom] - next, residual, residual);
                x[atom] = next;
            }
            if (epoch % CheckedEvery != 0) continue;
            var scale = Math.Min(1, lambda / Largest(residual).Fit);
            var (primal, dual) = (TensorPrimitives.SumOfSquares<float>(residual) / 2 + lambda * TensorPrimitives.SumOfMagnitudes<float>(x),
                scale * TensorPrimitives.Dot<float>(signal, residual) - scale * scale / 2 * TensorPrimitives.SumOfSquares<float>(residual));
            if (primal - dual <= gap * squares / 2) break;
        }
        return x;
    }

    /// <summary>Orthogonal matching pursuit whose least squares goes by Gram–Schmidt: the residual is what the chosen atoms' orthonormal basis leaves.</summary>
    public int[] Pursuit(float[] signal, int count)
    {
        var (chosen, basis, residual) = (new int[count], new List<float[]>(), signal.ToArray());
        for (var step = 0; step < count; step++)
        {
            chosen[step] = Largest(residual).Atom;
            var direction = atoms.Row<float>(chosen[step]).ToArray();
            foreach (var other in basis) TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<float>(other, direction), direction, direction);
            TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
            basis.Add(direction);
            TensorPrimitives.MultiplyAdd(direction, -TensorPrimitives.Dot<float>(direction, residual), residual, residual);
        }
        return chosen;
    }

    private (int Atom, float Fit) Largest(float[] residual)
    {
        var best = (Atom: 0, Fit: 0f);
        for (var atom = 0; atom < atoms.RowCount; atom++)
            if (Math.Abs(TensorPrimitives.Dot<float>(atoms.Row<float>(atom), residual)) is var fit && fit > best.Fit) best = (atom, fit);
        return best;
    }
}
