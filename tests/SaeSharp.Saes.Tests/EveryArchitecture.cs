using System.Runtime.CompilerServices;
using CsCheck;
using SaeSharp.Numerics;

namespace SaeSharp.Saes.Tests;

/// <summary>Laws that every SAE architecture keeps. A new file under Architectures/ is tested here without being named.</summary>
public class EveryArchitecture
{
    private static readonly Gen<(int Rows, int DIn, int DSae, int Seed)> AnySetup = Gen.Select(Gen.Int[1, 9], Gen.Int[2, 16], Gen.Int[1, 64], Gen.Int[0, 1 << 20]);

    public static TheoryData<string> Names => [.. SaeCatalog.Names];

    [Theory, MemberData(nameof(Names))]
    public void Decoding_the_encoding_returns_the_input_shape_in_the_output_width(string architecture)
    {
        var sae = RandomTensors.Sae(architecture, 12, 40, seed: 1);
        var x = RandomTensors.Normal(2, 3, 5, 12);

        Assert.Equal((15, 40), (sae.Encode(x).Rows, sae.Encode(x).DSae));
        Assert.Equal([15, sae.DOut], sae.Decode(sae.Encode(x)).Shape.ToArray());
        Assert.Equal([3, 5, sae.DOut], sae.Reconstruct(x).Shape.ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public void Codes_list_each_nonzero_latent_once_in_ascending_order(string architecture) => AnySetup.Sample(setup =>
    {
        var codes = RandomTensors.Sae(architecture, setup.DIn, setup.DSae, setup.Seed).Encode(RandomTensors.Normal(setup.Seed, setup.Rows, setup.DIn));
        for (var row = 0; row < codes.Rows; row++)
        {
            var indices = codes.RowIndices(row).ToArray();
            Assert.Equal(indices.Order().Distinct(), indices);
            Assert.All(indices, index => Assert.InRange(index, 0, setup.DSae - 1));
            Assert.All(codes.RowValues(row).ToArray(), value => Assert.NotEqual(0, value));
        }
    }, iter: 50);

    [Theory, MemberData(nameof(Names))]
    public void A_row_has_the_same_codes_alone_and_among_others_unless_it_reads_its_context(string architecture) => AnySetup.Sample(setup =>
    {
        var sae = RandomTensors.Sae(architecture, setup.DIn, setup.DSae, setup.Seed);
        var context = sae.Config.Temporal is null ? 1 : 3;
        var x = RandomTensors.Normal(setup.Seed, setup.Rows, context, setup.DIn);
        var together = sae.Encode(x);
        var last = x.Reshape(setup.Rows * context, setup.DIn).Rows((setup.Rows - 1) * context, context);
        var (all, alone) = (sae.Decode(together), sae.Encode(last));

        for (var row = 0; row < context; row++)
        {
            var among = (setup.Rows - 1) * context + row;
            Assert.Equal(together.RowIndices(among).ToArray(), alone.RowIndices(row).ToArray());
            Assert.Equal(together.RowValues(among).ToArray(), alone.RowValues(row).ToArray());
            Assert.Equal(all.Row<float>(among).ToArray(), sae.Decode(alone).Row<float>(row).ToArray());
        }
    }, iter: 50);

    [Theory, MemberData(nameof(Names))]
    public void Dense_codes_and_sparse_codes_are_the_same_numbers(string architecture) => AnySetup.Sample(setup =>
    {
        var codes = RandomTensors.Sae(architecture, setup.DIn, setup.DSae, setup.Seed).Encode(RandomTensors.Normal(setup.Seed, setup.Rows, setup.DIn));
        var again = SparseCodes.FromDense(codes.ToDense());

        Assert.Equal(codes.RowStarts, again.RowStarts);
        Assert.Equal(codes.Indices, again.Indices);
        Assert.Equal(codes.Values, again.Values);
    }, iter: 30);

    [Theory, MemberData(nameof(Names))]
    public void Folding_decoder_norms_changes_no_reconstruction_and_makes_them_one_or_is_refused(string architecture) => AnySetup.Sample(setup =>
    {
        var sae = RandomTensors.Sae(architecture, setup.DIn, setup.DSae, setup.Seed);
        if (sae.LatentTensors.Count == 0)
        {
            Assert.Contains("cannot be folded", Assert.Throws<SaeException>(sae.FoldDecoderNorms).Message, StringComparison.Ordinal);
            return;
        }
        var folded = sae.FoldDecoderNorms();
        var x = RandomTensors.Normal(setup.Seed, setup.Rows, setup.DIn);

        Assert.All(folded.DecoderNorms.Span<float>().ToArray(), norm => Assert.Equal(1, norm, 1e-5f));
        RequireClose(sae.Reconstruct(x), folded.Reconstruct(x));
    }, iter: 50);

    [Theory, MemberData(nameof(Names))]
    public void Folding_an_activation_scale_reads_raw_activations(string architecture) => AnySetup.Sample(setup =>
    {
        const double Scale = 1.7;
        var sae = RandomTensors.Sae(architecture, setup.DIn, setup.DSae, setup.Seed);
        var x = RandomTensors.Normal(setup.Seed, setup.Rows, setup.DIn);
        var scaled = x.Clone();
        sae.Backend.Scale(x, Scale, scaled);
        var expected = sae.Reconstruct(scaled);
        sae.Backend.Scale(expected, 1 / Scale, expected);

        RequireClose(expected, sae.FoldActivationScale(Scale).Reconstruct(x));
    }, iter: 50);

    [Theory, MemberData(nameof(Names))]
    public void With_the_error_term_nothing_changes_without_an_edit(string architecture)
    {
        var sae = RandomTensors.Sae(architecture, 12, 40, 5);
        var (x, target) = (RandomTensors.Normal(6, 3, 12), RandomTensors.Normal(7, 3, sae.DOut));
        RequireClose(target, sae.ReconstructWithError(x, codes => codes, target));
    }

    [Theory, MemberData(nameof(Names))]
    public void Saving_and_loading_keeps_every_bit(string architecture)
    {
        using var folder = new TemporaryFolder();
        var sae = RandomTensors.Sae(architecture, 12, 40, 3, config => config with { HookName = "blocks.1.hook_resid_post", ModelName = "tiny", ContextSize = 64 });
        SaeFolder.Save(sae, folder["sae"]);
        var loaded = SaeFolder.Load(folder["sae"], sae.Backend);

        Assert.Equal(sae.Config with { OtherMetadata = loaded.Config.OtherMetadata }, loaded.Config);
        foreach (var (name, tensor) in sae.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), loaded.Tensors[name].Span<float>().ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public void Encoder_directions_are_one_row_for_each_latent(string architecture)
    {
        var sae = RandomTensors.Sae(architecture, 12, 40, seed: 4);
        Assert.Equal([40, 12], sae.EncoderDirections.Shape.ToArray());
        Assert.Equal([40, sae.DOut], sae.DecoderDirections.Shape.ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public void Explains_its_source_in_the_docs(string architecture) =>
        Assert.True(File.Exists(Docs(architecture)), $"write docs/architectures/{architecture}.md");

    /// <summary>Transcoders share two pages, whatever their encoder.</summary>
    private static string Docs(string architecture, [CallerFilePath] string here = "") => Path.Combine(
        Path.GetDirectoryName(here)!, "..", "..", "docs", "architectures",
        architecture.EndsWith("skip_transcoder", StringComparison.Ordinal) ? "skip_transcoder.md" : architecture.EndsWith("transcoder", StringComparison.Ordinal) ? "transcoder.md" : $"{architecture}.md");

    private static void RequireClose(Tensor expected, Tensor actual)
    {
        for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), actual.Read(i), 2e-5 + 2e-5 * Math.Abs(expected.Read(i)));
    }
}
