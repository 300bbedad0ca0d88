using SaeSharp.Numerics;

namespace SaeSharp.Models.Interventions;

/// <summary>An edit by a given vector v, or by none.</summary>
/// <remarks>
/// A vector is [width] or [positions, width]: then row p serves position p, and positions beyond it are left alone. It is used as it is; the part of h
/// along it is ((h·v) / (v·v))·v, nothing where v is zero.
/// </remarks>
public sealed class VectorEdit : Edit
{
    private readonly Change _change;
    private readonly double[][]? _vectors;
    private readonly bool _oneForAll;
    private readonly double _coefficient;

    private VectorEdit(string hook, EditPositions positions, Change change, Tensor? vector, double coefficient) : base(hook, positions)
    {
        if (!double.IsFinite(coefficient)) throw OptionException.Invalid($"The coefficient of an edit at {hook} is not finite.", "Give a finite coefficient.");
        (_change, _coefficient) = (change, coefficient);
        if (vector is null) return;
        if (vector.Rank is not (1 or 2)) throw OptionException.Invalid($"The vector of an edit at {hook} is {vector.ShapeText}, expected [width] or [positions, width].", "Choose another tensor of the file.");
        (_vectors, _oneForAll) = (Rows(vector), vector.Rank == 1);
        if (_vectors.Any(row => row.Any(value => !double.IsFinite(value)))) throw OptionException.Invalid($"The vector of an edit at {hook} holds NaN or infinity, expected finite numbers.", "Write the file again.");
    }

    private enum Change { Add, Set, Scale }

    /// <summary>h += C·v.</summary>
    public static VectorEdit Add(string hook, EditPositions positions, Tensor vector, double coefficient) => new(hook, positions, Change.Add, vector, coefficient);

    /// <summary>h = C·v.</summary>
    public static VectorEdit Set(string hook, EditPositions positions, Tensor vector, double coefficient) => new(hook, positions, Change.Set, vector, coefficient);

    /// <summary>Without a vector h *= C; with one, only the part of h along it.</summary>
    public static VectorEdit Scale(string hook, EditPositions positions, Tensor? vector, double coefficient) => new(hook, positions, Change.Scale, vector, coefficient);

    /// <summary>Without a vector h = 0; with one as <see cref="Project"/>.</summary>
    public static VectorEdit Ablate(string hook, EditPositions positions, Tensor? vector) => Scale(hook, positions, vector, 0);

    /// <summary>Takes the part along v out: h −= (h·v̂)v̂.</summary>
    public static VectorEdit Project(string hook, EditPositions positions, Tensor vector) => Scale(hook, positions, vector, 0);

    public override void AddChange(Tensor h, ReadOnlySpan<int> positions, Tensor change)
    {
        var row = new double[h.Columns];
        for (var i = 0; i < positions.Length; i++)
        {
            for (var j = 0; j < row.Length; j++) row[j] = h.Read((long)i * row.Length + j);
            AddChange(row, positions[i], change.Row<double>(i));
        }
    }

    private void AddChange(double[] h, int position, Span<double> change)
    {
        if (_vectors is null)
        {
            for (var j = 0; j < h.Length; j++) change[j] += (_coefficient - 1) * h[j];
            return;
        }
        var index = _oneForAll ? 0 : position;
        if (index >= _vectors.Length) return;
        var v = _vectors[index];                                                    // [width]
        if (v.Length != h.Length) throw OptionException.Invalid($"The vector of an edit at {Hook} has {v.Length} numbers, expected {h.Length}.", "Check that it was made for this model and hook.");
        var factor = _change == Change.Scale ? (_coefficient - 1) * Along(h, v) : _coefficient;
        for (var j = 0; j < h.Length; j++) change[j] += factor * v[j] - (_change == Change.Set ? h[j] : 0);
    }

    /// <summary>(h·v) / (v·v).</summary>
    private static double Along(double[] h, double[] v)
    {
        var (dot, square) = (0.0, 0.0);
        for (var j = 0; j < v.Length; j++) (dot, square) = (dot + h[j] * v[j], square + v[j] * v[j]);
        return square == 0 ? 0 : dot / square;
    }

    private static double[][] Rows(Tensor vector)
    {
        var rows = new double[vector.RowCount][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new double[vector.Columns];
            for (var j = 0; j < rows[i].Length; j++) rows[i][j] = vector.Read((long)i * vector.Columns + j);
        }
        return rows;
    }
}
