using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>y = x·Wᵀ + b, with W [outputs, inputs] as checkpoints store it.</summary>
/// <remarks>W is packed when it is first used, so a run that stops early never packs the layers beyond. bf16 and f16 stay 16 bits wide.</remarks>
internal sealed class Linear
{
    private readonly Lock _packing = new();
    private Tensor? _weight;
    private volatile PackedMatrix? _packed;
    private readonly Tensor? _bias;

    /// <summary>Takes <c>{name}.weight</c>, and <c>{name}.bias</c> where the family's table has it.</summary>
    public Linear(ModelWeights weights, string name, (string Name, int Size) inputs, (string Name, int Size) outputs, DType computeType)
        : this(weights.Take($"{name}.weight", outputs, inputs), weights.TryTake($"{name}.bias", outputs), computeType) { }

    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="computeType">F32 or F64.</param>
    public Linear(Tensor weight, Tensor? bias, DType computeType)
    {
        _weight = weight.DType == DType.F64 ? weight.To(computeType) : weight;
        _bias = bias?.To(computeType);
    }

    /// <summary>Whether a run has reached this layer.</summary>
    public bool IsPacked => _packed is not null;

    /// <summary>[.., inputs] → [.., outputs]; heads count as one axis.</summary>
    public void Forward(Backend backend, Tensor x, Tensor y)
    {
        var w = _packed ?? Pack(backend);
        x = Flat(x, w.K);                                            // [rows, inputs]
        y = Flat(y, w.N);                                            // [rows, outputs]
        backend.MatMul(x, w, y);
        if (_bias is not null) backend.AddRow(y, _bias, y);
    }

    private PackedMatrix Pack(Backend backend)
    {
        lock (_packing)
        {
            if (_packed is not null) return _packed;
            _packed = backend.Pack(_weight!, Transpose.B);
            _weight = null;
            return _packed;
        }
    }

    private static Tensor Flat(Tensor x, int width) => x.Columns == width ? x : x.Reshape((int)(x.Count / width), width);
}
