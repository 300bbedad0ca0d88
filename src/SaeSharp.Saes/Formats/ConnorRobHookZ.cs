using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Attention SAEs of GPT-2 small (Kissane, Krzyzanowski et al. 2024, arXiv:2406.17759v1): a torch file and <c>…_cfg.json</c> beside it, over the heads' outputs.</summary>
internal sealed class ConnorRobHookZ : SaeFormat
{
    private const string Ending = ".pt";

    public override IReadOnlyList<string> Names => ["connor_rob_hook_z"];

    public override bool Recognises(SaeFiles files) => files.IsFile(Ending) && File.Exists(Config(files));

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Path];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var fields = SaeLensConfig.Fields(Config(files));
        return new()
        {
            Architecture = "standard", DIn = fields.Count("act_size"), DSae = fields.Count("dict_size"), ReshapeHookZ = true, HookName = fields.Text("act_name"),
            ModelName = files.Origin?.ModelName ?? "gpt2-small", ContextSize = 128, OtherMetadata = Metadata(("dataset_path", "Skylion007/openwebtext")),
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights) => Same(weights, "W_enc", "b_enc", "W_dec", "b_dec");

    private static string Config(SaeFiles files) => files.Path[..^Ending.Length] + "_cfg.json";
}
