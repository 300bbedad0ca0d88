using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>A shard, checked against the index when it is opened: its tensors by hook, and each token's id, document and position.</summary>
internal sealed class ShardLayout
{
    public const string Ids = "ids", Documents = "document", Positions = "position";
    private readonly Dictionary<string, Tensor> _hooks;
    private readonly Dictionary<string, CodedHook> _coded;
    private readonly Tensor _documents, _positions;

    private ShardLayout(Dictionary<string, Tensor> hooks, Dictionary<string, CodedHook> coded, Tensor documents, Tensor positions) =>
        (_hooks, _coded, _documents, _positions) = (hooks, coded, documents, positions);

    /// <summary>Document of each token, [tokens].</summary>
    public ReadOnlySpan<long> DocumentOfToken => _documents.Span<long>();

    /// <summary>Position of each token in its window, [tokens].</summary>
    public ReadOnlySpan<int> PositionOfToken => _positions.Span<int>();

    /// <summary>A hook's activations, [tokens, width]; null where it is kept as codes.</summary>
    public Tensor? Activations(string hook) => _hooks.GetValueOrDefault(hook);

    /// <summary>The activations of some tokens of a coded hook, [count, width]; the caller's to free.</summary>
    public Tensor Decoded(string hook, int first, int count) => _coded[hook].Rows(first, count);

    /// <summary>Opens a shard once its size and checksum are those of the index.</summary>
    /// <exception cref="StoreException">They are not, or it does not hold what the index says.</exception>
    public static ShardLayout Open(string folder, StoreIndex index, Shard shard, IReadOnlyDictionary<string, SparseAutoencoder> coders)
    {
        var path = Path.Combine(folder, shard.File);
        if (Fault(path, shard) is { } fault) throw StoreException.Damaged(path, fault);
        using var file = SafetensorsFile.Open(path);
        return new(
            index.Hooks.Where(hook => hook.Codes is null).ToDictionary(hook => hook.Name, hook => Read(file, hook.Name, index.Dtype.Held(), shard.Tokens, hook.Width)),
            index.Hooks.Where(hook => hook.Codes is not null).ToDictionary(hook => hook.Name, hook => new CodedHook(file, hook, shard.Tokens, coders[hook.Name])),
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

    /// <summary>A tensor of the type and shape that the index promises.</summary>
    public static Tensor Read(SafetensorsFile file, string name, DType type, params ReadOnlySpan<int> shape)
    {
        var tensor = file.Read(name);
        return tensor.DType == type && tensor.Shape.SequenceEqual(shape) ? tensor
            : throw StoreException.Damaged(file.Path, $"its tensor '{name}' is {tensor.DType} {tensor.ShapeText}, expected {type} {Numerics.Shape.Text(shape)}");
    }
}
