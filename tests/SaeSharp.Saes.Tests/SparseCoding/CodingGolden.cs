using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>One dictionary of the reference values with its signals and solutions.</summary>
internal sealed class CodingGolden : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly string _name;

    public CodingGolden(string name)
    {
        (_name, _file) = (name, Golden.Tensors($"golden/sparse-coding/{name}.safetensors"));
        Atoms = Transposed(Tensor("A"));
        Dictionary = new(Atoms, CpuBackend.Create(2));
    }

    public static TheoryData<string> Names => ["incoherent", "random", "correlated", "duplicates", "tall"];

    /// <summary>A's columns, [n, d].</summary>
    public Tensor Atoms { get; }

    public AtomDictionary Dictionary { get; }

    public Tensor Signals => Tensor("B");

    public double[] Numbers(string name) => [.. Tensor(name).Span<double>()];

    public long[] Integers(string name) => [.. Tensor(name).Span<long>()];

    public bool Has(string name) => _file.Contains($"{_name}.{name}");

    /// <summary>The rows of codes, dense.</summary>
    public double[][] Codes(string name)
    {
        var (starts, indices, values) = (Integers($"{name}.indptr"), Tensor($"{name}.indices").Span<int>().ToArray(), Numbers($"{name}.values"));
        var rows = new double[starts.Length - 1][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new double[Dictionary.Count];
            for (var i = (int)starts[row]; i < starts[row + 1]; i++) rows[row][indices[i]] = values[i];
        }
        return rows;
    }

    public Tensor Tensor(string name) => _file.Read($"{_name}.{name}");

    /// <summary>Weights of repeated columns moved to the column they repeat, as the reference keeps them.</summary>
    public double[] Canonical(double[] code, bool positive = false)
    {
        if (!Has("copy_of")) return code;
        var (of, sign) = (Integers("copy_of"), Numbers("copy_sign"));
        var folded = new double[code.Length];
        for (var j = 0; j < code.Length; j++)
        {
            var moves = !positive || sign[j] > 0;
            folded[moves ? of[j] : j] += moves ? sign[j] * code[j] : code[j];
        }
        return folded;
    }

    public static double[] Dense(SparseAnswer answer, int count)
    {
        var dense = new double[count];
        for (var i = 0; i < answer.Indices.Length; i++) dense[answer.Indices[i]] = answer.Values[i];
        return dense;
    }

    public static Tensor Transposed(Tensor matrix)
    {
        var turned = Numerics.Tensor.Zeros(DType.F64, matrix.Columns, matrix.RowCount);
        for (var row = 0; row < matrix.RowCount; row++)
            for (var column = 0; column < matrix.Columns; column++) turned.Row<double>(column)[row] = matrix.Row<double>(row)[column];
        return turned;
    }

    public static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"[{i}] is {actual[i]}, expected {expected[i]}");
    }

    public void Dispose() => _file.Dispose();
}
