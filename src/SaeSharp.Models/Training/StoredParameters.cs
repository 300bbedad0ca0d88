using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Parameters that begin where a checkpoint stands.</summary>
internal sealed class StoredParameters(ModelWeights weights) : ParameterSource(weights.ComputeType)
{
    public override IReadOnlyCollection<string> Left => weights.Left;

    protected override Tensor? Find(string name, ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (weights.TryTake(name, axes) is not { } stored) return null;
        var value = Tensor.Zeros(Type, stored.Shape);
        stored.Read(Type).CopyTo(value); // the file's own pages stay as they are
        return value;
    }
}
