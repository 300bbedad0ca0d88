using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>A norm of queries or keys.</summary>
internal sealed class HeadNormLayer
{
    private readonly NormLayer _norm;
    private readonly HeadNorm _kind;

    private HeadNormLayer(HeadNorm kind, NormLayer norm) => (_kind, _norm) = (kind, norm);

    /// <summary>Takes <c>{name}.gain</c> and <c>{name}.bias</c>, or <c>{name}.0.gain</c> … of each head; null where the spec has no such norm.</summary>
    public static HeadNormLayer? Find(ModelWeights weights, string name, HeadNorm kind, int heads, int dHead) => kind switch
    {
        HeadNorm.None => null,
        HeadNorm.Shared shared => new(kind, Require(weights, name, shared.Norm, ("dHead", dHead))),
        HeadNorm.Together together => new(kind, Require(weights, name, together.Norm, ("heads*dHead", heads * dHead))),
        HeadNorm.Own own => new(kind, new(own.Norm, OwnGains(weights, name, heads, dHead), null)),
        _ => throw new NotSupportedException($"No block for {kind}."),
    };

    /// <summary>[rows, heads, dHead] → same; y may be x.</summary>
    public void Forward(Backend backend, Tensor x, Tensor y)
    {
        var (rows, heads, dHead) = (x.Shape[0], x.Shape[1], x.Columns);
        switch (_kind)
        {
            case HeadNorm.Together:
                _norm.Forward(backend, x.Reshape(rows, heads * dHead), y.Reshape(rows, heads * dHead));
                break;
            case HeadNorm.Own:
                _norm.ForwardRaw(backend, x, y);
                var flat = y.Reshape(rows, heads * dHead);           // each head beside the others, as their gains are
                _norm.Finish(backend, flat, flat);
                break;
            default:
                _norm.Forward(backend, x, y);
                break;
        }
    }

    private static NormLayer Require(ModelWeights weights, string name, Norm norm, (string Name, int Size) axis) =>
        NormLayer.Find(weights, name, norm, axis) ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.gain'.");

    private static Tensor OwnGains(ModelWeights weights, string name, int heads, int dHead)
    {
        var gains = Tensor.Zeros(weights.ComputeType, heads, dHead);
        for (var head = 0; head < heads; head++)
            weights.Take($"{name}.{head}.gain", ("dHead", dHead)).Read(weights.ComputeType).CopyTo(gains.Rows(head, 1));
        return gains.Reshape(heads * dHead);
    }
}
