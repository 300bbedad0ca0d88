namespace SaeSharp.Saes.Training.Inputs;

/// <summary>Activations as they are.</summary>
internal sealed class Untransformed : InputTransform
{
    public override bool IsFitted => true;
}
