using SaeSharp.Numerics.Backends;
using SaeSharp.Testing;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>Damaged SAEs of every kind of file are refused by a typed error, or load whole.</summary>
public class MutantSaes
{
    [Theory]
    [InlineData("sae_lens", "sae/sae_weights.safetensors")]
    [InlineData("sae_lens", "sae/cfg.json")]
    [InlineData("gemma_2", "layer_3/params.npz")]
    [InlineData("dictionary_learning_1", "t/ae.pt")]
    [InlineData("dictionary_learning_1", "t/config.json")]
    [InlineData("openai", "7.pt")]
    [InlineData("sparsify", "layers.3.mlp/cfg.json")]
    [InlineData("openmoss_v2_crosscoder", "c/sae_weights.safetensors")]
    [InlineData("openmoss_v2_crosscoder", "c/config.json")]
    [InlineData("temporal", "layer_12/conf.yaml")]
    [InlineData("temporal", "layer_12/latest_ckpt.safetensors")]
    public async Task Damaged_files_are_refused_or_load_whole(string name, string file)
    {
        using var folder = new TemporaryFolder();
        var layout = OwnLayouts.Named(name);
        var place = layout.Write(folder.Path);
        var target = Path.Combine([folder.Path, .. file.Split('/')]);
        await MutantRun.RequireTyped(Path.GetExtension(file), (_, mutator) => mutator.Damage(layout.Files[file]), path =>
        {
            File.Copy(path, target, overwrite: true);
            try
            {
                var sae = SaeFolder.Load(place, Reference.Instance, layout.Origin);
                return sae.Encode(RandomTensors.Normal(1, 2, sae.DIn)).Rows == 2;
            }
            catch (SaeSharpException)
            {
                return false;
            }
        });
    }
}
