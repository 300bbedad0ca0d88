using System.Globalization;
using System.Text.RegularExpressions;
using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>Qwen-Scope: <c>layerN.sae.pt</c>, TopK over the residual stream; k and the model stand in the repository's name (<c>SAE-Res-Qwen3-1.7B-Base-W32K-L0_50</c>).</summary>
/// <remarks>W_enc lies [dSae, dIn] and W_dec [dIn, dSae] in published files; which way is told by b_enc and b_dec.</remarks>
internal sealed partial class QwenScope : SaeFormat
{
    private const string Ending = ".sae.pt";

    public override IReadOnlyList<string> Names => ["qwen_scope"];

    public override bool Recognises(SaeFiles files) => files.IsFile(Ending);

    public override IReadOnlyList<string> WeightFiles(SaeFiles files) => [files.Path];

    public override SaeConfig Describe(SaeFiles files, TensorFile weights)
    {
        var (dIn, dSae) = (weights.Size("b_dec", 0, 1), weights.Size("b_enc", 0, 1));
        var model = Model().Match(files.Label);
        return new()
        {
            Architecture = "topk", DIn = dIn, DSae = dSae, K = Math.Min(K(files), dSae), ApplyBDecToInput = false, ContextSize = 1024,
            ModelName = model.Success ? $"Qwen/{model.Groups[1].Value}" : files.Origin?.ModelName, HookName = LayerNames.Layer(files.Name) is { } layer ? $"blocks.{layer}.hook_resid_post" : null,
        };
    }

    public override Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights)
    {
        var (dIn, dSae) = (weights.Size("b_dec", 0, 1), weights.Size("b_enc", 0, 1));
        return new()
        {
            ["W_enc"] = Matrix("W_enc", dIn), ["b_enc"] = weights.Read("b_enc"), ["W_dec"] = Matrix("W_dec", dSae), ["b_dec"] = weights.Read("b_dec"),
        };

        Tensor Matrix(string name, int rows) => weights.Size(name, 0, 2) == rows ? weights.Read(name) : weights.Transposed(name);
    }

    /// <summary>k; 0 where only an override can tell.</summary>
    private static int K(SaeFiles files) =>
        Sparsity().Match(files.Label) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var k) && k > 0 ? k
        : files.Origin?.Overrides is not null ? 0
        : throw FileException.Unsupported(files.Path, "name", "k of a Qwen-Scope SAE stands in its repository's name (…-L0_50), and that is not known", "Read it under the name of its release, or keep the repository's name as its folder's.");

    [GeneratedRegex("SAE-Res-(.+?)-W[0-9]+K-L0_", RegexOptions.NonBacktracking)]
    private static partial Regex Model();

    [GeneratedRegex("-L0_([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Sparsity();
}
