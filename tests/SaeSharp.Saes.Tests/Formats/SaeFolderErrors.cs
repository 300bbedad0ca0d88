using System.Text.Json.Nodes;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Tests.Formats;

public class SaeFolderErrors
{
    [Fact]
    public void A_misspelt_architecture_names_the_nearest() => Refused<SaeException>(json => json["architecture"] = "topkk", "'topkk' is not an SAE architecture", "'topk'");

    [Fact]
    public void A_missing_width_names_the_key() => Refused<FileException>(json => json.Remove("d_sae"), "has no key 'd_sae'", "");

    [Fact]
    public void A_width_that_is_no_count_is_refused() => Refused<FileException>(json => json["d_in"] = -3, "'d_in': it is -3, expected a whole number above 0", "");

    [Fact]
    public void A_width_that_does_not_fit_the_weights_is_refused() => Refused<SaeException>(json => json["d_in"] = 13, "expected [dSae=40, dOut=13]", "d_in");

    [Fact]
    public void A_k_above_the_width_is_refused() => Refused<OptionException>(json => json["k"] = 41, "K is 41", "");

    [Fact]
    public void An_unknown_normalisation_names_the_nearest() => Refused<FileException>(json => json["normalize_activations"] = "layernorm", "expected 'layer_norm'", "");

    [Fact]
    public void Weights_of_another_architecture_are_refused()
    {
        using var folder = new TemporaryFolder();
        SaeFolder.Save(RandomTensors.Sae("topk", 12, 40, 1), folder["sae"]);
        RewriteWeights(folder["sae"], tensors => tensors.Append(("threshold", Tensor.Zeros(DType.F32, 40))));
        Assert.Contains("'threshold' that a topk SAE does not have", Assert.Throws<SaeException>(() => SaeFolder.Load(folder["sae"], Reference.Instance)).Message, StringComparison.Ordinal);

        RewriteWeights(folder["sae"], tensors => tensors.Where(t => t.Item1 is not ("threshold" or "b_enc")));
        Assert.Contains("has no tensor 'b_enc'", Assert.Throws<SaeException>(() => SaeFolder.Load(folder["sae"], Reference.Instance)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_unit_fine_tuning_factor_is_dropped()
    {
        using var folder = new TemporaryFolder();
        SaeFolder.Save(RandomTensors.Sae("standard", 12, 40, 1), folder["sae"]);
        RewriteWeights(folder["sae"], tensors => tensors.Append(("scaling_factor", Tensor.Of(Enumerable.Repeat(1f, 40).ToArray(), 40))));
        Assert.Equal(4, SaeFolder.Load(folder["sae"], Reference.Instance).Tensors.Count);

        RewriteWeights(folder["sae"], tensors => tensors.Where(t => t.Item1 != "scaling_factor").Append(("scaling_factor", Tensor.Of(Enumerable.Repeat(1.5f, 40).ToArray(), 40))));
        Assert.Throws<SaeException>(() => SaeFolder.Load(folder["sae"], Reference.Instance));
    }

    [Fact]
    public void Saving_replaces_a_folder_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var (first, second) = (RandomTensors.Sae("topk", 12, 40, 1), RandomTensors.Sae("standard", 8, 16, 2));
        SaeFolder.Save(first, folder["sae"]);
        SaeFolder.Save(second, folder["sae"]);

        Assert.Equal("standard", SaeFolder.Load(folder["sae"], Reference.Instance).Config.Architecture);
        Assert.Equal([folder["sae"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Activations_of_another_width_are_refused()
    {
        var error = Assert.Throws<SaeException>(() => RandomTensors.Sae("topk", 12, 40, 1).Encode(Tensor.Zeros(DType.F32, 3, 16)));
        Assert.Contains("[3, 16], expected [.., dIn=12]", error.Message, StringComparison.Ordinal);
    }

    private static void Refused<TError>(Action<JsonObject> edit, string message, string hint) where TError : SaeSharpException
    {
        using var folder = new TemporaryFolder();
        SaeFolder.Save(RandomTensors.Sae("topk", 12, 40, 1), folder["sae"]);
        var path = Path.Combine(folder["sae"], "cfg.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(json);
        File.WriteAllText(path, json.ToJsonString());

        var error = Assert.Throws<TError>(() => SaeFolder.Load(folder["sae"], Reference.Instance));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
    }

    private static void RewriteWeights(string folder, Func<IEnumerable<(string, Tensor)>, IEnumerable<(string, Tensor)>> edit)
    {
        var path = Path.Combine(folder, "sae_weights.safetensors");
        (string, Tensor)[] tensors;
        using (var file = SafetensorsFile.Open(path)) tensors = [.. file.Names.Select(name => (name, file.Read(name).Clone()))];
        SafetensorsWriter.Write(path, [.. edit(tensors)]);
    }
}
