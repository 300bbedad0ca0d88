using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>A tensor of a model that is learnt, with its gradient.</summary>
/// <remarks>An optimiser changes <see cref="Value"/> in place. Passes add to <see cref="Gradient"/>; whoever took a step clears it.</remarks>
public sealed class Parameter
{
    private static readonly string[] Tables = ["embed.tokens", "embed.positions"];

    internal Parameter(string name, Tensor value) => (Name, Value, Gradient) = (name, value, Tensor.Zeros(value.DType, value.Shape));

    /// <summary>Our name of it: <c>blocks.0.attn.q.weight</c>. Matrices are [outputs, inputs].</summary>
    public string Name { get; }

    /// <summary>The numbers.</summary>
    public Tensor Value { get; }

    /// <summary>d(loss)/d(value), added up since it was last cleared.</summary>
    public Tensor Gradient { get; }

    /// <summary>Whether weight decay is meant for it: matrices are, tables of embeddings, gains and biases are not.</summary>
    public bool Decays => Value.Rank == 2 && !Tables.Contains(Name, StringComparer.Ordinal);
}
