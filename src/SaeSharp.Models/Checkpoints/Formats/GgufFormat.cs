using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Models.Tokenizers.Gguf;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Gguf;

namespace SaeSharp.Models.Checkpoints.Formats;

/// <summary>GGUF: metadata and tensors of llama.cpp, given under Hugging Face's names and in its layout (<see cref="GgufModel"/>).</summary>
[CheckpointFormat(rank: 3)]
internal sealed class GgufFormat : CheckpointFormat
{
    public override string Name => "GGUF";

    public override IReadOnlyList<string> Endings => [".gguf"];

    public override string? FileInFolder => null;

    public override bool DescribesModel => true;

    public override bool Recognises(ReadOnlySpan<byte> start, long bytes) => start.StartsWith("GGUF"u8);

    public override WeightFile Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            var model = new GgufModel(file);
            var texts = file.Metadata.Where(row => row.Value is GgufValue.Text).ToDictionary(row => row.Key, row => ((GgufValue.Text)row.Value).Value, StringComparer.Ordinal);
            return new(path, model.Weights(), texts, file, model.Config);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override string? TokenizerOf(string path) => GgufTokenizer.IsIn(path) ? path : null;
}
