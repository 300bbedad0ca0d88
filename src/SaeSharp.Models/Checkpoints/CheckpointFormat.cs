namespace SaeSharp.Models.Checkpoints;

/// <summary>A way of writing weights to a file.</summary>
/// <remarks>One sealed class a format, found by its <see cref="CheckpointFormatAttribute"/>; nothing else names it.</remarks>
internal abstract class CheckpointFormat
{
    /// <summary>Its name, as errors call it.</summary>
    public abstract string Name { get; }

    /// <summary>Endings its files have: <c>.safetensors</c>.</summary>
    public abstract IReadOnlyList<string> Endings { get; }

    /// <summary>What such a file is called in a model folder; null where any file with its ending may be meant. With <c>.index.json</c> behind it, the index of several.</summary>
    public abstract string? FileInFolder { get; }

    /// <summary>Whether its files say themselves what model they are of; else the <c>config.json</c> beside them does.</summary>
    public abstract bool DescribesModel { get; }

    /// <summary>Whether a file that begins like this and has so many bytes is one: asked where the ending does not decide.</summary>
    public abstract bool Recognises(ReadOnlySpan<byte> start, long bytes);

    /// <summary>Opens a file and checks all of it but the tensors' elements.</summary>
    /// <exception cref="FileException">It cannot be read, or breaks the format.</exception>
    public abstract WeightFile Open(string path);

    /// <summary>The file with the tokenizer of a model in this format; null where it has none of its own, so that the model's folder has it.</summary>
    public abstract string? TokenizerOf(string path);
}

/// <summary>Marks a checkpoint format. Where a folder has several, the lowest rank is read.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class CheckpointFormatAttribute(int rank) : Attribute
{
    public int Rank => rank;
}
