using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Learns a dictionary by turns: OMP codes of all signals, then each atom and its weights to the best rank-one fit of what the other atoms leave.</summary>
/// <remarks>Aharon, Elad &amp; Bruckstein 2006. The new atom keeps the sign of the old one; an atom that no signal uses stays as it is.</remarks>
public sealed class KSvd(int count, int rounds, Backend backend)
{
    private readonly int _count = OptionException.Positive(count, nameof(count)), _rounds = OptionException.Positive(rounds, nameof(rounds));

    /// <summary>Learns from <paramref name="signals"/> [m, d], beginning with the unit atoms <paramref name="start"/> [n, d]. The atoms [n, d], f64, and each round's squared error after the codes and after the atoms.</summary>
    public (Tensor Atoms, IReadOnlyList<(double AfterCodes, double AfterAtoms)> Errors) Learn(Tensor signals, Tensor start)
    {
        var atoms = start.DType == DType.F64 ? start.Clone() : start.To(DType.F64);                       // D   [n, d]
        var x = signals.To(DType.F64);
        var solver = new OrthogonalPursuit(new() { Count = _count, Precision = CodePrecision.F64 });
        var errors = new List<(double, double)>();
        for (var round = 0; round < _rounds; round++) errors.Add(Update(x, solver.Solve(new(atoms, backend), x), atoms));
        return (atoms, errors);
    }

    /// <summary>The second half of a round: every atom in turn, over the signals [m, d] whose <paramref name="codes"/> name it, be it with weight 0. The squared error before and after.</summary>
    internal static (double AfterCodes, double AfterAtoms) Update(Tensor x, SparseAnswer[] codes, Tensor atoms)
    {
        var residuals = Residuals(x, codes, atoms);
        var afterCodes = residuals.Sum(row => TensorPrimitives.SumOfSquares<double>(row));
        var users = Users(codes, atoms.RowCount);
        for (var atom = 0; atom < users.Length; atom++)
            if (users[atom].Count > 0) Refit(atoms.Row<double>(atom), users[atom], codes, residuals);
        return (afterCodes, residuals.Sum(row => TensorPrimitives.SumOfSquares<double>(row)));
    }

    private static double[][] Residuals(Tensor x, SparseAnswer[] codes, Tensor atoms)
    {
        var residuals = new double[x.RowCount][];
        for (var row = 0; row < residuals.Length; row++)
        {
            residuals[row] = x.Row<double>(row).ToArray();
            for (var i = 0; i < codes[row].Indices.Length; i++) TensorPrimitives.MultiplyAdd(atoms.Row<double>(codes[row].Indices[i]), -codes[row].Values[i], residuals[row], residuals[row]);
        }
        return residuals;
    }

    /// <summary>The signals that use each atom, and where in their codes.</summary>
    private static List<(int Row, int At)>[] Users(SparseAnswer[] codes, int count)
    {
        List<(int, int)>[] users = [.. Enumerable.Range(0, count).Select(_ => new List<(int, int)>())];
        for (var row = 0; row < codes.Length; row++)
            for (var at = 0; at < codes[row].Indices.Length; at++) users[codes[row].Indices[at]].Add((row, at));
        return users;
    }

    /// <summary>The first singular pair of the errors without this atom: v is the top eigenvector of E'E, the weights are E·v.</summary>
    private static void Refit(Span<double> atom, List<(int Row, int At)> users, SparseAnswer[] codes, double[][] residuals)
    {
        double[][] square = [.. Enumerable.Range(0, atom.Length).Select(_ => new double[residuals[0].Length])];
        foreach (var (row, at) in users)
        {
            var error = residuals[row];
            TensorPrimitives.MultiplyAdd(atom, codes[row].Values[at], error, error);
            for (var i = 0; i < error.Length; i++) TensorPrimitives.MultiplyAdd(error, error[i], square[i], square[i]);
        }
        var vector = new SymmetricEigen(square).Vectors[0];
        TensorPrimitives.Multiply(vector, TensorPrimitives.Dot<double>(vector, atom) < 0 ? -1.0 : 1.0, atom);
        foreach (var (row, at) in users)
        {
            var weight = codes[row].Values[at] = TensorPrimitives.Dot<double>(residuals[row], atom);
            TensorPrimitives.MultiplyAdd(atom, -weight, residuals[row], residuals[row]);
        }
    }
}
