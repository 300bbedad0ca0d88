using SaeSharp.Numerics;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Saes.Formats;

/// <summary>OpenAI sparse_autoencoder (Gao et al. 2024, arXiv:2406.04093v1): one torch file; TopK or ReLU over a LayerNorm of the input, undone on the output.</summary>
/// <remarks>pre_bias is b_dec, taken off the normalised input; latent_bias is b_enc. Tied files hold no decoder of their own and are refused.</remarks>
internal sealed class OpenAi : SaeFormat
{
    public override IReadOnlyList<string> Names => ["openai"];

    public override bool Recognises(SaeFiles files)
    {
        if (!files.IsFile(".pt", ".pth")) return false;
        using var weights = TensorFile.Open(files.Path);
        return weights.HasAll("pre_bias", "latent_bias", "encoder.weight");
    }

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Path];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var isTopK = weights.Value("activation") switch
        {
            PickleValue.Text { Value: "TopK" } => true,
            PickleValue.Text { Value: "ReLU" } => false,
            _ => throw FileException.Unsupported(files.Path, "key 'activation'", "it is neither TopK nor ReLU", "Choose another SAE."),
        };
        var config = new SaeConfig
        {
            Architecture = isTopK ? "topk" : "standard", DIn = weights.Size("encoder.weight", 1, 2), DSae = weights.Size("encoder.weight", 0, 2), K = isTopK ? K(files.Path, weights) : 0,
            NormalizeActivations = ActivationNormalisation.LayerNorm, ModelName = files.Origin?.ModelName ?? "gpt2",
        };
        return config;
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights) => new()
    {
        ["W_enc"] = weights.Transposed("encoder.weight"), ["b_enc"] = weights.Read("latent_bias"), ["W_dec"] = weights.Transposed("decoder.weight"), ["b_dec"] = weights.Read("pre_bias"),
    };

    private static int K(string path, TensorFile weights) =>
        weights.Value("activation_state_dict") is PickleValue.Dictionary state && state["k"] is PickleValue.Integer k && k.TryInt64(out var count) && count is > 0 and <= int.MaxValue
            ? (int)count : throw FileException.Malformed(path, "key 'activation_state_dict'", "it holds no k above 0, which TopK needs");
}
