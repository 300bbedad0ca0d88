using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Collects codes and their certificates for a safetensors file, in compressed rows as an SAE's codes are.</summary>
internal sealed class CodeFile(AtomDictionary dictionary, CodePrecision precision)
{
    private readonly List<SparseAnswer> _answers = [];
    private readonly List<Tensor> _reconstructions = [];

    public void Add(Tensor signals, SparseAnswer[] answers)
    {
        _answers.AddRange(answers);
        var reconstruction = Tensor.Zeros(DType.F32, answers.Length, dictionary.Width);                   // A·x   [n, width]
        var row64 = new double[dictionary.Width];
        for (var row = 0; row < answers.Length; row++)
        {
            Array.Clear(row64);
            for (var i = 0; i < answers[row].Indices.Length; i++) dictionary.AddTo(answers[row].Indices[i], answers[row].Values[i], row64);
            var to = reconstruction.Row<float>(row);
            for (var i = 0; i < to.Length; i++) to[i] = (float)row64[i];
        }
        _reconstructions.Add(reconstruction);
    }

    public void Write(string path)
    {
        var starts = new long[_answers.Count + 1];
        for (var row = 0; row < _answers.Count; row++) starts[row + 1] = starts[row] + _answers[row].Indices.Length;
        int[] indices = [.. _answers.SelectMany(answer => answer.Indices)];
        double[] values = [.. _answers.SelectMany(answer => answer.Values)];
        var reconstruction = Tensor.Zeros(DType.F32, _answers.Count, dictionary.Width);
        var first = 0;
        foreach (var part in _reconstructions)
        {
            part.CopyTo(reconstruction.Rows(first, part.RowCount));
            first += part.RowCount;
        }
        SafetensorsWriter.Write(path,
        [
            ("codes.indptr", Tensor.Of(starts, starts.Length)), ("codes.indices", Tensor.Of(indices, indices.Length)),
            ("codes.values", precision == CodePrecision.F64 ? Tensor.Of(values, values.Length) : Tensor.Of(values, values.Length).To(DType.F32)), ("reconstruction", reconstruction),
            ("objective", Column(answer => answer.Objective)), ("gap", Column(answer => answer.Gap)), ("residual", Column(answer => answer.Residual)), ("lambda", Column(answer => answer.Lambda)),
            ("iterations", Column(answer => answer.Iterations)),
        ]);
    }

    /// <summary>One number for each signal; NaN where there is none.</summary>
    private Tensor Column(Func<SparseAnswer, double?> of) => Tensor.Of(_answers.Select(answer => of(answer) ?? double.NaN).ToArray(), _answers.Count);
}
