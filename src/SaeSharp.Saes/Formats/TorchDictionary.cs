using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>One torch file with nn.Linear weights and nothing else: Goodfire (Balsam et al. 2025) and the DeepSeek R1 SAE of qresearch. Both are standard SAEs that read x itself.</summary>
internal sealed class TorchDictionary : SaeFormat
{
    /// <summary>Loader, what the encoder and the decoder are called, and the model where the release does not say.</summary>
    private static readonly (string Name, string Encoder, string Decoder, string Model)[] Kinds =
    [
        ("goodfire", "encoder_linear", "decoder_linear", "meta-llama/Llama-3.1-8B-Instruct"), ("deepseek_r1", "encoder", "decoder", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"),
    ];

    public override IReadOnlyList<string> Names => [.. Kinds.Select(kind => kind.Name)];

    public override bool Recognises(SaeFiles files)
    {
        if (!files.IsFile(".pt", ".pth")) return false;
        using var weights = TensorFile.Open(files.Path);
        return Kinds.Any(kind => weights.HasAll($"{kind.Encoder}.weight", $"{kind.Encoder}.bias", $"{kind.Decoder}.weight", $"{kind.Decoder}.bias"));
    }

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Path];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var (_, encoder, _, model) = Kind(weights);
        return new()
        {
            Architecture = "standard", DIn = weights.Size($"{encoder}.weight", 1, 2), DSae = weights.Size($"{encoder}.weight", 0, 2), ApplyBDecToInput = false,
            ModelName = files.Origin?.ModelName ?? model, HookName = LayerNames.LastLayer(files.Name) is { } layer ? $"blocks.{layer}.hook_resid_post" : null,
            OtherMetadata = Metadata(("dataset_path", "lmsys/lmsys-chat-1m")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights) => Linears(weights, Kind(weights).Encoder, Kind(weights).Decoder);

    private static (string Name, string Encoder, string Decoder, string Model) Kind(TensorFile weights) =>
        Kinds.FirstOrDefault(kind => weights.Has($"{kind.Encoder}.weight")) is { Name: not null } kind ? kind : throw FileException.Missing(weights.Path, "tensor", "encoder.weight", weights.Names);
}
