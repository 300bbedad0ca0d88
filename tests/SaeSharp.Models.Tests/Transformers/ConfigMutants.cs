using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Models.Families;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>10,000 damaged and hostile configs before sound weights: each is refused by a typed error or loads and runs, quickly and in little memory.</summary>
public class ConfigMutants
{
    private const int Count = 10_000;
    private const int Seed = 20_261_126;
    private const long SpareBytes = 64L << 20;
    private static readonly TimeSpan PerConfig = TimeSpan.FromSeconds(5);

    private static readonly string[] Hostile =
    [
        "0", "1", "2", "3", "-1", "7", "40", "2147483647", "2147483648", "1073741824", "536870912", "1e308", "-1e308", "1e-308", "0.5", "1e999", "true", "false", "null", "\"\"", "\"x\"", "\"gelu\"",
        "\"full_attention\"", "[]", "[1]", "[0, 1]", "[1e308, 1e308, 1e308]", "[[]]", "[[[\"local\"], 2147483647]]", "[[[], 2147483647], [[\"global\"], 2]]", "{}", "{\"rope_type\": \"yarn\"}",
        "{\"rope_type\": \"yarn\", \"factor\": 0, \"original_max_position_embeddings\": 1}", "{\"type\": \"dynamic\", \"factor\": -3}", "{\"rope_type\": \"linear\", \"factor\": 0}",
        "{\"rope_type\": \"llama3\", \"factor\": 1, \"low_freq_factor\": 1, \"high_freq_factor\": 1}", "{\"type\": \"su\", \"short_factor\": [0, 0, 0], \"long_factor\": [1, 1, 1]}",
    ];

    private static readonly string[] Keys =
    [
        "rope_scaling", "rope_parameters", "layer_types", "attention_layers", "attention_types", "no_rope_layers", "head_dim", "num_key_value_heads", "num_kv_heads", "sliding_window", "n_inner", "partial_rotary_factor",
        "rope_theta", "text_config", "word_embed_proj_dim", "tie_word_embeddings", "qk_layernorm", "use_parallel_residual", "query_pre_attn_scalar", "final_logit_softcapping", "no_rope_layer_interval", "logits_scaling",
    ];

    [Fact]
    public async Task Every_mutant_is_refused_or_runs_and_costs_little()
    {
        // In a thread of its own, so that a hang fails this test and not the whole run.
        var run = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var (accepted, refused) = await run.WaitAsync(TimeSpan.FromMinutes(10), TestContext.Current.CancellationToken);
        Assert.Equal(Count, accepted + refused);
        Assert.True(accepted > Count / 20 && refused > Count / 4, $"the mutants test nothing: {accepted} accepted, {refused} refused");
    }

    private static (int Accepted, int Refused) Run()
    {
        var random = new Random(Seed);
        var (accepted, refused) = (0, 0);
        string[] names = [.. TinyConfigs.Names];
        var perName = Count / names.Length + 1;
        for (var i = 0; i < Count;)
        {
            var name = names[i / perName];
            using var folder = new TemporaryFolder();
            new TinyModel(name).Write(folder.Path);
            for (var end = Math.Min(Count, (i / perName + 1) * perName); i < end; i++)
            {
                var config = Mutant(TinyConfigs.Text(name), random);
                File.WriteAllText(folder["config.json"], config);
                var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
                if (Runs(folder.Path, config)) accepted++;
                else refused++;
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < SpareBytes, $"too much memory: {config}");
                Assert.True(clock.Elapsed < PerConfig, $"{clock.Elapsed}: {config}");
            }
        }
        return (accepted, refused);
    }

    private static bool Runs(string folder, string config)
    {
        try
        {
            var model = Transformer.Load(folder, Engines.Get("cpu, 1 thread"));
            model.Run(TokenBatch.Of([1, 2, 3], [4]), null, LogitRows.Last);
            return true;
        }
        catch (SaeSharpException error)
        {
            Assert.True(error.Message.Length < 2_000, config);
            return false;
        }
        catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException(config, error);
        }
    }

    private static string Mutant(string config, Random random)
    {
        if (random.Next(8) == 0) return Damaged(config, random);
        var root = JsonNode.Parse(config)!.AsObject();
        for (var change = 0; change <= random.Next(3); change++)
        {
            string[] keys = [.. root.Select(property => property.Key)];
            var key = random.Next(2) == 0 && keys.Length > 0 ? keys[random.Next(keys.Length)] : Keys[random.Next(Keys.Length)];
            switch (random.Next(6))
            {
                case 0: root.Remove(key); break;
                case 1: root["model_type"] = FamilyCatalog.Names.ElementAt(random.Next(FamilyCatalog.Names.Count)); break;
                case 2 when root[key] is JsonObject inner && inner.Count > 0: inner[inner.ElementAt(random.Next(inner.Count)).Key] = Value(random); break;
                default: root[key] = Value(random); break;
            }
        }
        return root.ToJsonString();
    }

    private static JsonNode? Value(Random random)
    {
        try
        {
            return JsonNode.Parse(Hostile[random.Next(Hostile.Length)]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Damaged(string config, Random random)
    {
        var at = random.Next(config.Length);
        return random.Next(3) switch
        {
            0 => config[..at],
            1 => config.Remove(at, 1),
            _ => config.Insert(at, $"{(char)random.Next(1, 256)}"),
        };
    }
}
