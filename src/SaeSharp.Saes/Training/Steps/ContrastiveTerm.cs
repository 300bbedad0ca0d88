using System.Numerics;
using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>InfoNCE between the first levels of neighbouring tokens, in both directions: their cosine should be larger than those with the neighbours of all other tokens of the batch.</summary>
/// <remarks>
/// With u_i, v_i the latents of level 0 (times decoder norms, held fixed) of x_t and x_{t+1} of row i, made unit, and S = U·Vᵀ / τ:
/// loss = α / N · Σ_i [log Σ_j e^{S_ij} + log Σ_j e^{S_ji} − 2 S_ii]; ∂S_ij = α / N · (softmax over j + softmax over i − 2·[i = j]).
/// Latents that are 0 get no gradient, as they are not chosen. U and V are dense, [rows, level 0]: three products of that size are added to a step.
/// </remarks>
internal sealed class ContrastiveTerm
{
    private readonly StepSetting _setting;
    private readonly Backend _backend;
    private readonly PrefixTerm _prefixes;
    private readonly Tensor _u, _v, _dU, _dV, _similarity, _columns;
    private readonly int[] _column; // of each latent of level 0; −1 for the others
    private readonly double[] _lengths;
    private readonly int _rows;

    public ContrastiveTerm(StepSetting setting, PrefixTerm prefixes)
    {
        (_setting, _backend, _prefixes, _rows) = (setting, setting.Backend, prefixes, setting.BatchSize / 2);
        var width = setting.Options.Matryoshka.Widths is [var first, ..] ? first : Math.Max(1, (int)(setting.Options.Contrastive.HighShare * setting.DSae));
        Tensor Make(int columns) => Tensor.Zeros(setting.Type, _rows, columns);
        (_u, _v, _dU, _dV, _similarity) = (Make(width), Make(width), Make(width), Make(width), Make(_rows));
        (_columns, _column, _lengths) = (Tensor.Zeros(setting.Type, _rows), new int[setting.DSae], new double[setting.BatchSize]);
    }

    /// <summary>The loss of the latents chosen for both tokens of each row.</summary>
    public double Forward(SparseTerm term, Tensor? norms) => _setting.Type == DType.F64 ? Forward<double>(term, norms) : Forward<float>(term, norms);

    /// <summary>Adds the gradients with respect to the latents.</summary>
    public void AddGradients(SparseTerm term, Tensor? norms)
    {
        _backend.MatMul(_similarity, _v, _dU);                                // ∂u          [rows, level 0]
        _backend.MatMul(_similarity, _u, _dV, Transpose.A);                   // ∂v          [rows, level 0]
        if (_setting.Type == DType.F64) AddGradients<double>(term, norms);
        else AddGradients<float>(term, norms);
    }

    private double Forward<T>(SparseTerm term, Tensor? norms) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var next = 0;
        for (var f = 0; f < _column.Length; f++) _column[f] = _prefixes.LevelOf[f] == 0 ? next++ : -1;
        _u.Clear();
        _v.Clear();
        for (var row = 0; row < term.Code.Rows; row++) Unit<T>(term.Code, row, norms);
        var options = _setting.Options.Contrastive;
        var (inverse, weight) = (1 / options.Temperature, options.Coefficient / _rows);
        _backend.MatMul(_u, _v, _similarity, Transpose.B);                    // cosines     [rows, rows]
        _backend.Scale(_similarity, inverse, _similarity);                    // S           [rows, rows]
        var columns = _columns.Span<T>();
        columns.Clear();
        var loss = 0.0;
        for (var i = 0; i < _rows; i++)
        {
            var s = _similarity.Row<T>(i);
            loss -= 2 * double.CreateTruncating(s[i]);
            TensorPrimitives.Subtract(s, T.CreateTruncating(inverse), s);     // at most 0, so that no e^S overflows
            TensorPrimitives.Exp(s, s);
            TensorPrimitives.Add(columns, s, columns);
        }
        foreach (ref var sum in columns)
        {
            loss += Math.Log(double.CreateTruncating(sum)) + inverse;
            sum = T.One / sum;
        }
        for (var i = 0; i < _rows; i++)
        {
            var s = _similarity.Row<T>(i);
            var sum = TensorPrimitives.Sum<T>(s);
            loss += Math.Log(double.CreateTruncating(sum)) + inverse;
            var share = T.One / sum;
            for (var j = 0; j < s.Length; j++) s[j] *= share + columns[j];
            s[i] -= T.CreateTruncating(2);
            TensorPrimitives.Multiply(s, T.CreateTruncating(weight * inverse), s);    // ∂(u·v)   [rows, rows]
        }
        return weight * loss;
    }

    /// <summary>Writes one token's latents of level 0, made unit, into U or V.</summary>
    private void Unit<T>(SparseRows code, int row, Tensor? norms) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var unit = (row % 2 == 0 ? _u : _v).Row<T>(row / 2);
        ReadOnlySpan<T> values = code.Values.Span<T>();
        ReadOnlySpan<int> indices = code.Indices.Span<int>();
        var squares = 0.0;
        for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++)
        {
            if (_column[indices[entry]] < 0) continue;
            var z = norms is null ? values[entry] : values[entry] * norms.Span<T>()[indices[entry]];
            unit[_column[indices[entry]]] = z;
            squares += double.CreateTruncating(z) * double.CreateTruncating(z);
        }
        _lengths[row] = Math.Sqrt(squares);
        if (squares > 0) TensorPrimitives.Multiply(unit, T.CreateTruncating(1 / _lengths[row]), unit);
    }

    /// <summary>∂z = (∂u − (∂u·u)·u) / ‖z‖ at the entries of each token.</summary>
    private void AddGradients<T>(SparseTerm term, Tensor? norms) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gradients = term.Code.Gradients.Span<T>();
        ReadOnlySpan<int> indices = term.Code.Indices.Span<int>();
        for (var row = 0; row < term.Code.Rows; row++)
        {
            if (_lengths[row] == 0) continue;
            ReadOnlySpan<T> unit = (row % 2 == 0 ? _u : _v).Row<T>(row / 2), slope = (row % 2 == 0 ? _dU : _dV).Row<T>(row / 2);
            var along = TensorPrimitives.Dot(unit, slope);
            var inverse = T.CreateTruncating(1 / _lengths[row]);
            for (var entry = term.Code.Starts[row]; entry < term.Code.Starts[row + 1]; entry++)
            {
                var column = _column[indices[entry]];
                if (column < 0) continue;
                var slopeOfZ = (slope[column] - along * unit[column]) * inverse;
                gradients[entry] += norms is null ? slopeOfZ : slopeOfZ * norms.Span<T>()[indices[entry]];
            }
        }
    }
}
