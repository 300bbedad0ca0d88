using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>y = x·Wᵀ + b, with W [outputs, inputs].</summary>
/// <remarks>
/// W is packed when it is first used, so a run that stops early never packs the layers beyond. bf16 and f16 stay 16 bits wide. A large W in a mapped file is multiplied where it lies
/// at first: packing waits for the system to clear as much memory as it takes, which would be most of the time to a large model's first token. It is packed at one of its next
/// <see cref="Spread"/> uses, another one for each weight, so that no token of a text waits for all. The bits are the same either way.
/// </remarks>
internal sealed class Linear
{
    /// <summary>Below it, packing is not worth putting off.</summary>
    private const long Large = 4 << 20;

    private const int Spread = 8;

    private readonly StoredWeight _weight;
    private readonly DType _computeType;
    private readonly Lock _packing = new();
    private volatile PackedMatrix? _packed;
    private int _uses;

    /// <summary>Takes <c>{name}.weight</c>, and <c>{name}.bias</c> where the family's table has it.</summary>
    public Linear(ModelWeights weights, string name, (string Name, int Size) inputs, (string Name, int Size) outputs)
        : this(weights.Take($"{name}.weight", outputs, inputs), weights.TryTake($"{name}.bias", outputs), weights.ComputeType) { }

    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="computeType">F32 or F64.</param>
    public Linear(StoredWeight weight, StoredWeight? bias, DType computeType)
    {
        (_weight, _computeType) = (weight, computeType);
        Bias = bias?.Read(computeType);
    }

    /// <summary>Whether a run has reached this layer.</summary>
    public bool IsPacked => _packed is not null || _uses > 0;

    /// <summary>b, [outputs]; null for none.</summary>
    public Tensor? Bias { get; }

    /// <summary>[.., inputs] → [.., outputs]; heads count as one axis.</summary>
    public void Forward(Backend backend, Tensor x, Tensor y)
    {
        ForwardUnbiased(backend, x, y);
        if (Bias is not null) backend.AddRow(Flat(y, Bias.Columns), Bias, Flat(y, Bias.Columns));
    }

    /// <summary><see cref="Forward"/> without b.</summary>
    public void ForwardUnbiased(Backend backend, Tensor x, Tensor y)
    {
        var (outputs, inputs) = (_weight.Shape[0], _weight.Shape[1]);
        (x, y) = (Flat(x, inputs), Flat(y, outputs));                // [rows, inputs], [rows, outputs]
        if (_packed is null && WhereItLies() is { } stored) backend.MatMulStored(x, stored, y);
        else backend.MatMul(x, Packed(backend), y);
    }

    /// <summary>Length of an input.</summary>
    public int Inputs => _weight.Shape[1];

    /// <summary>The weights of some outputs: [n, inputs], f32.</summary>
    public Tensor Rows(ReadOnlySpan<int> outputs)
    {
        var (weight, rows) = (_weight.Read(), Tensor.Zeros(DType.F32, outputs.Length, Inputs)); // [outputs, inputs]
        for (var i = 0; i < outputs.Length; i++) weight.Rows(outputs[i], 1).To(DType.F32).CopyTo(rows.Rows(i, 1));
        return rows;
    }

    /// <summary>The weights of every <paramref name="width"/> inputs by themselves, packed: what each head adds to the output.</summary>
    public PackedMatrix[] ByInputs(int width)
    {
        var weight = _weight.Read();                                 // [outputs, inputs]
        var parts = new PackedMatrix[weight.Columns / width];
        for (var part = 0; part < parts.Length; part++)
        {
            var columns = Tensor.Zeros(weight.DType, weight.Shape[0], width);
            for (var row = 0; row < weight.Shape[0]; row++)
                weight.Rows(row, 1).Reshape(weight.Columns).Rows(part * width, width).CopyTo(columns.Rows(row, 1));
            parts[part] = PackedMatrix.Of(Computable(columns), Transpose.B);
        }
        return parts;
    }

    /// <summary>W in the file, while it is not to be packed yet.</summary>
    private Tensor? WhereItLies()
    {
        if (!_weight.IsInPlace || Interlocked.Increment(ref _uses) > 1 + (_weight.Number % Spread)) return null;
        return _weight.Read() is { LiesInFile: true, Bytes: >= Large, DType: not DType.F64 } stored ? stored : null;
    }

    private PackedMatrix Packed(Backend backend)
    {
        if (_packed is { } packed) return packed;
        lock (_packing)
            return _packed ??= _weight.AsTransposed is { } turned ? backend.Pack(Computable(turned), Transpose.None) : backend.Pack(Computable(_weight.Read()), Transpose.B);
    }

    private Tensor Computable(Tensor weight) => weight.DType == DType.F64 ? weight.To(_computeType) : weight;

    private static Tensor Flat(Tensor x, int width) => x.Columns == width ? x : x.Reshape((int)(x.Count / width), width);
}
