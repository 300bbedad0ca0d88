using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>A norm of queries or keys whose heads share a gain, or that takes all heads as one vector.</summary>
internal sealed class TrainedHeadNorm
{
    private readonly TrainedNorm _norm;
    private readonly bool _isTogether;

    private TrainedHeadNorm(TrainedNorm norm, bool isTogether) => (_norm, _isTogether) = (norm, isTogether);

    /// <summary>Null where the spec has no such norm.</summary>
    /// <exception cref="ModelException">Each head has a gain of its own.</exception>
    public static TrainedHeadNorm? Find(ParameterSource parameters, string name, HeadNorm kind, int heads, int dHead) => kind switch
    {
        HeadNorm.None => null,
        HeadNorm.Shared shared => Of(TrainedNorm.Find(parameters, name, shared.Norm, ("dHead", dHead)), false, name),
        HeadNorm.Together together => Of(TrainedNorm.Find(parameters, name, together.Norm, ("heads*dHead", heads * dHead)), true, name),
        _ => throw ModelException.NotTrainable("norms of queries and keys with a gain for each head"),
    };

    /// <summary>[rows, heads, dHead] → same.</summary>
    public void Forward(StepContext context, RowTensor x, RowTensor y) => _norm.Forward(context, Of(x), Of(y));

    /// <summary>dx may be dy.</summary>
    public void Backward(StepContext context, RowTensor x, RowTensor dy, RowTensor dx) => _norm.Backward(context, Of(x), Of(dy), Of(dx));

    private Tensor Of(RowTensor x) => _isTogether ? x.Flat : x.Value;

    private static TrainedHeadNorm Of(TrainedNorm? norm, bool isTogether, string name) =>
        new(norm ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.gain'."), isTogether);
}
