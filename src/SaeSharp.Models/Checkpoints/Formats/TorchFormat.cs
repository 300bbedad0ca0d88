using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Models.Checkpoints.Formats;

/// <summary>A state dict that <c>torch.save</c> wrote, by itself or inside a training checkpoint, read as data (<see cref="TorchFile"/>).</summary>
[CheckpointFormat(rank: 2)]
internal sealed class TorchFormat : CheckpointFormat
{
    /// <summary>What training programs keep the state dict under, when the file holds more.</summary>
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    public override string Name => "torch";

    public override IReadOnlyList<string> Endings => [".bin", ".pt", ".pth"];

    public override string FileInFolder => "pytorch_model.bin";

    public override bool DescribesModel => false;

    public override bool Recognises(ReadOnlySpan<byte> start, long bytes) => TorchFile.Recognises(start);

    public override WeightFile Open(string path)
    {
        var file = TorchFile.Open(path);
        try
        {
            var weights = new Dictionary<string, Weight>(StringComparer.Ordinal);
            foreach (var (key, value) in StateDict(file).Items)
                if (value is PickleValue.Tensor tensor && key is PickleValue.Text name) weights.Add(name.Value, new(tensor.Value.Entry with { Name = name.Value }, tensor.Value.Read));
            return new(path, weights, new Dictionary<string, string>(), file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override string? TokenizerOf(string path) => null;

    private static PickleValue.Dictionary StateDict(TorchFile file)
    {
        if (file.Root is PickleValue.Dictionary root)
        {
            if (HasTensors(root)) return root;
            foreach (var key in Wrappers)
                if (root[key] is PickleValue.Dictionary inner && HasTensors(inner)) return inner;
        }
        throw FileException.Unsupported(file.Path, "content", $"it holds {(file.Root is PickleValue.Dictionary ? "a dict" : $"a {file.Root.GetType().Name}")} without named tensors, expected a state dict, by itself or under one of {string.Join(", ", Wrappers)}",
            "Save the model's state_dict().");
    }

    private static bool HasTensors(PickleValue.Dictionary dictionary) => dictionary.Items.Any(pair => pair is { Key: PickleValue.Text, Value: PickleValue.Tensor });
}
