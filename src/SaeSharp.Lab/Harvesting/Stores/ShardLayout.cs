using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>A shard, checked against the index when it is opened: its tensors by hook, and each token's id, document and position.</summary>
internal sealed class ShardLayout
{
    public const string Ids = "ids", Documents = "document", Positions = "position";
    private readonly Dictionary<string, Tensor> _hooks;
    private readonly Tensor _documents, _positions;

    private ShardLayout(Dictionary<string, Tensor> hooks, Tensor documents, Tensor positions) => (_hooks, _documents, _positions) = (hooks, documents, positions);

    /// <summary>Document of each token, [tokens].</summary>
    public ReadOnlySpan<long> DocumentOfToken => _documents.Span<long>();

    /// <summary>Position of each token in its window, [tokens].</summary>
    public ReadOnlySpan<int> PositionOfToken => _positions.Span<int>();

    /// <summary>A hook's activations, [tokens, width].</summary>
    public Tensor Activations(string hook) => _hooks[hook];

    /// <summary>Opens a shard once its size and checksum are those of the index.</summary>
    /// <exception cref="StoreException">They are not, or it does not hold what the index says.</exception>
    public static ShardLayout Open(string folder, StoreIndex index, Shard shard)
    {
        var path = Path.Combine(folder, shard.File);
        if (Fault(path, shard) is { } fault) throw StoreException.Damaged(path, fault);
        using var file = SafetensorsFile.Open(path);
        return new(
            index.Hooks.ToDictionary(hook => hook.Name, hook => Read(file, hook.Name, index.Dtype.Held(), shard.Tokens, hook.Width)),
            Read(file, Documents, DType.I64, shard.Tokens), Read(file, Positions, DType.I32, shard.Tokens));
    }

    /// <summary>What is wrong with the file of a shard; null where it is the one of the index.</summary>
    public static string? Fault(string path, Shard shard)
    {
        if (WrongSize(path, shard) is { } wrong) return wrong;
        var sum = ShardChecksum.OfFile(path);
        return sum == shard.Xxh3 ? null : $"its XXH3-128 is {sum}, {StoreIndex.FileName} says {shard.Xxh3}";
    }

    /// <summary>Asks for the file of a shard to be there, as long as the index says; what it holds is checked when it is opened.</summary>
    public static void RequireSize(string folder, Shard shard)
    {
        var path = Path.Combine(folder, shard.File);
        if (WrongSize(path, shard) is { } wrong) throw StoreException.Damaged(path, wrong);
    }

    private static string? WrongSize(string path, Shard shard)
    {
        var file = new FileInfo(path);
        return !file.Exists ? "it is missing" : file.Length == shard.Bytes ? null : $"it has {file.Length} bytes, {StoreIndex.FileName} says {shard.Bytes}";
    }

    private static Tensor Read(SafetensorsFile file, string name, DType type, params ReadOnlySpan<int> shape)
    {
        var tensor = file.Read(name);
        return tensor.DType == type && tensor.Shape.SequenceEqual(shape) ? tensor
            : throw StoreException.Damaged(file.Path, $"its tensor '{name}' is {tensor.DType} {tensor.ShapeText}, expected {type} {Numerics.Shape.Text(shape)}");
    }
}
