using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints.Formats;

/// <summary>safetensors: a header in JSON, then the tensors.</summary>
[CheckpointFormat(rank: 1)]
internal sealed class SafetensorsFormat : CheckpointFormat
{
    private const int LengthBytes = 8;

    public override string Name => "safetensors";

    public override IReadOnlyList<string> Endings => [".safetensors"];

    public override string FileInFolder => "model.safetensors";

    public override bool DescribesModel => false;

    public override bool Recognises(ReadOnlySpan<byte> start, long bytes) => start.Length > LengthBytes && start[LengthBytes] == (byte)'{';

    public override WeightFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        return new(path, file.Names.ToDictionary(name => name, name => new Weight(file.Entry(name), () => file.Read(name), (start, to) => file.CopyBytes(name, start, to)), StringComparer.Ordinal), file.Metadata, file);
    }

    public override string? TokenizerOf(string path) => null;
}
