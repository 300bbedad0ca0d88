using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Families;
using SaeSharp.Models.Tests.Transformers;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>A published llama2.c model, against an independent forward pass in f64.</summary>
public class Llama2cGolden
{
    private const double LogitTolerance = 1e-4;

    private const string Config = """
        {"model_type":"llama","hidden_size":64,"intermediate_size":172,"num_hidden_layers":5,"num_attention_heads":8,"num_key_value_heads":4,"vocab_size":512,
        "max_position_embeddings":512,"hidden_act":"silu","rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,"eos_token_id":[1,2]}
        """;

    [Fact]
    public void Its_config_is_that_of_the_model()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var checkpoint = Checkpoint.Open(SharedFiles.Data("stories260K", "stories260K.bin"));
        var (expected, actual) = (new Llama().Describe(HfConfig.Parse(Config)), new Llama().Describe(checkpoint.Config()));

        Assert.Equal(expected.EosIds, actual.EosIds);
        Specs.RequireSame(expected, actual);
    }

    [Fact]
    public void Its_weights_give_the_published_logits_at_every_position()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var model = Transformer.Load(SharedFiles.Data("stories260K", "stories260K.bin"), Engines.Get(Engines.Fast));

        foreach (var prompt in StrictJson.Read(SharedFiles.Data("stories260K", "golden.json")).GetProperty("prompts").EnumerateArray())
        {
            var logits = model.Logits(null, [.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
            var row = 0;
            foreach (var position in prompt.GetProperty("positions").EnumerateArray())
            {
                foreach (var best in position.GetProperty("top5").EnumerateArray()) Assert.Equal(best[1].GetDouble(), logits.Row<float>(row)[best[0].GetInt32()], LogitTolerance);
                row++;
            }
            Assert.Equal(row, logits.Shape[0]);
        }
    }
}
