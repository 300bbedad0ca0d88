using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints;

/// <summary>A tensor of a weight file, under the name its model's family knows.</summary>
/// <param name="Entry">Name, type, shape and size.</param>
/// <param name="Read">Reads it: a view of the file, or a copy where it has to be made.</param>
/// <param name="Bytes">Copies some of its bytes, whatever its type; null where the format does not give them.</param>
internal sealed record Weight(TensorEntry Entry, Func<Tensor> Read, ByteReader? Bytes = null);

/// <summary>Copies the bytes from <paramref name="start"/> on.</summary>
internal delegate void ByteReader(long start, Span<byte> to);

/// <summary>One file of weights, whatever its format.</summary>
/// <param name="path">The path it was opened by.</param>
/// <param name="weights">What it holds, by name.</param>
/// <param name="metadata">Texts it carries beside; empty where it has none.</param>
/// <param name="owner">What is open; closed with this.</param>
/// <param name="config">Makes the model's config where the file describes the model itself; null where <c>config.json</c> does.</param>
internal sealed class WeightFile(
    string path, Dictionary<string, Weight> weights, IReadOnlyDictionary<string, string> metadata, IDisposable owner, Func<HfConfig>? config = null) : IDisposable
{
    public string Path => path;

    public IReadOnlyDictionary<string, Weight> Weights => weights;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    public Func<HfConfig>? Config => config;

    public void Dispose() => owner.Dispose();
}
