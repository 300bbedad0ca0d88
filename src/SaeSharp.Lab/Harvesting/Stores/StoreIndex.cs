using System.Text.Json;
using System.Text.Json.Serialization;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>The <c>index.json</c> of an activation store: what it was made from, and its shards with their checksums. It is written anew after every shard.</summary>
internal sealed record StoreIndex
{
    public const string FileName = "index.json";
    public const string FormatName = "saesharp-activations";
    private const int BytesBeside = sizeof(int) + sizeof(long) + sizeof(int);
    private const int Newest = 2; // 1 has no coded hooks
    private static readonly JsonSerializerOptions Json = new(LabJson.Options) { WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public required string Format { get; init; }
    /// <summary>Version of the layout.</summary>
    public required int Version { get; init; }
    public required string Model { get; init; }
    public required string ModelSha256 { get; init; }
    /// <summary>SHA-256 of the texts.</summary>
    public required string CorpusSha256 { get; init; }
    /// <summary>How the texts were cut into windows.</summary>
    public required CorpusOptions Windows { get; init; }
    /// <summary>Whether windows begin with BOS.</summary>
    public required bool PrependBos { get; init; }
    public required StoreType Dtype { get; init; }
    public required IReadOnlyList<StoredHook> Hooks { get; init; }
    /// <summary>Tokens when it is finished.</summary>
    public required long Tokens { get; init; }
    /// <summary>Documents that they are of.</summary>
    public required long Documents { get; init; }
    /// <summary>Whether all shards are there.</summary>
    public required bool Complete { get; init; }
    /// <summary>In the order of the texts.</summary>
    public required IReadOnlyList<Shard> Shards { get; init; }
    /// <summary>XXH3-128 of the files of the copied SAEs, in the order of the coded hooks; null where no hook is coded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? CoderXxh3 { get; init; }

    /// <summary>The same store without a shard yet.</summary>
    public StoreIndex WithoutShards() => this with { Complete = false, Shards = [], CoderXxh3 = null };

    /// <summary>Bytes of a token in a shard without coded hooks: its activations, id, document and position.</summary>
    [JsonIgnore]
    public long BytesPerToken => Hooks.Sum(hook => (long)hook.Width) * Dtype.Held().Size() + BytesBeside;

    /// <summary>Bytes that every token takes at least.</summary>
    [JsonIgnore]
    public long LeastBytesPerToken => Hooks.Sum(hook => hook.Codes?.LeastBytes(hook.Width) ?? (long)hook.Width * Dtype.Held().Size()) + BytesBeside;

    /// <summary>Whether a hook is kept as codes.</summary>
    [JsonIgnore]
    public bool HasCodes => Hooks.Any(hook => hook.Codes is not null);

    public static StoreIndex Of(string model, string modelSha256, string corpusSha256, CorpusOptions windows) => new()
    {
        Format = FormatName, Version = 1, Model = model, ModelSha256 = modelSha256, CorpusSha256 = corpusSha256, Windows = windows with { Texts = null, IdsFile = null },
        PrependBos = false, Dtype = default, Hooks = [], Tokens = 0, Documents = 0, Complete = false, Shards = [],
    };

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Json));

    /// <summary>Reads and checks the index of <paramref name="folder"/>.</summary>
    public static StoreIndex Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var index = StrictJson.Read(path).Deserialize<StoreIndex>(Json) ?? throw new JsonException("it holds null");
            return index.Fault() is { } fault ? throw FileException.Malformed(path, fault.Where, fault.Reason) : index;
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(path, "content", error.Message.Split(" Path:")[0].TrimEnd('.'), error);
        }
    }

    /// <summary>The first setting in which another run would give other shards.</summary>
    public (string What, string Theirs, string Ours)? FirstDifference(StoreIndex other)
    {
        var (ours, theirs) = (JsonSerializer.SerializeToElement(WithoutShards() with { Model = "" }, Json), JsonSerializer.SerializeToElement(other.WithoutShards() with { Model = "" }, Json));
        foreach (var property in ours.EnumerateObject())
            if (theirs.GetProperty(property.Name).GetRawText() is var then && then != property.Value.GetRawText()) return (property.Name, then, property.Value.GetRawText());
        return null;
    }

    private (string Where, string Reason)? Fault()
    {
        if (Format != FormatName || Version is < 1 or > Newest) return ("version", $"it is '{Format}' version {Version}, expected '{FormatName}' version 1 to {Newest}");
        if (Hooks.Count == 0 || Hooks.Any(hook => hook is null || hook.Width <= 0) || Hooks.DistinctBy(hook => hook.Name).Count() != Hooks.Count) return ("hooks", "expected each hook once and with a width above 0");
        if (Hooks.Select(hook => hook.Codes?.Fault).FirstOrDefault(fault => fault is not null) is { } codes) return ("hooks", codes);
        if (HasCodes != (Version == Newest) || HasCodes && Shards.Count > 0 && CoderXxh3?.Count != StoredCoders.FilesEach * Hooks.Count(hook => hook.Codes is not null)) return ("coderXxh3", "expected version 2 and the checksums of two files for each coded hook");
        foreach (var shard in Shards)
        {
            if (shard is null || shard.File.Length == 0 || shard.File != Path.GetFileName(shard.File) || shard.File is "." or "..") return ("shards", $"'{shard?.File}' is no name of a file in this folder");
            if (shard.Tokens <= 0 || (Int128)shard.Tokens * LeastBytesPerToken > shard.Bytes) return ($"shard '{shard.File}'", $"{shard.Tokens} tokens of {LeastBytesPerToken} bytes do not fit into {shard.Bytes} bytes");
        }
        var tokens = Shards.Sum(shard => (long)shard.Tokens);
        return Tokens <= 0 || tokens > Tokens || Complete && tokens != Tokens ? ("tokens", $"its shards hold {tokens} tokens, expected {Tokens}") : null;
    }
}

/// <summary>A hook of a store.</summary>
/// <param name="Name">The hook point, and the name of its tensor [tokens, width] in every shard.</param>
/// <param name="Width">Width of its activations.</param>
/// <param name="Codes">How it is kept as codes; null where its numbers are kept.</param>
internal sealed record StoredHook(string Name, int Width, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StoredCodes? Codes = null);

/// <summary>A file of a store.</summary>
/// <param name="File">Its name.</param>
/// <param name="Tokens">Tokens in it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Xxh3">XXH3-128 of the whole file as hex, seed 0.</param>
internal sealed record Shard(string File, int Tokens, long Bytes, string Xxh3);
