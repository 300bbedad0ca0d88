using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>A kind of model as published: what its config means, and which checkpoint tensor becomes which parameter.</summary>
/// <remarks>One sealed class a family, found by its <see cref="TransformerFamilyAttribute"/>; nothing else names it.</remarks>
public abstract class TransformerFamily
{
    /// <summary>What the config describes.</summary>
    public abstract TransformerSpec Describe(HfConfig hf);

    /// <summary>The tensors a checkpoint with this config holds.</summary>
    public abstract WeightTable Weights(HfConfig hf);
}

/// <summary>Marks a family and names its <c>model_type</c> in config.json.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TransformerFamilyAttribute(string modelType) : Attribute
{
    public string ModelType => modelType;
}
