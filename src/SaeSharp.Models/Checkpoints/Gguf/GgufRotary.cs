using System.Text.Json.Nodes;

namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>Rotary positions in the metadata of a GGUF model, as Hugging Face's <c>rope_parameters</c>.</summary>
internal static class GgufRotary
{
    private const double DefaultBase = 10_000, LowFactor = 1, HighFactor = 4, Tolerance = 1e-5;

    private static readonly string[] YarnSettings =
        [".rope.scaling.attn_factor", ".rope.scaling.yarn_log_multiplier", ".rope.scaling.yarn_ext_factor", ".rope.scaling.yarn_attn_factor", ".rope.scaling.yarn_beta_fast", ".rope.scaling.yarn_beta_slow"];

    /// <summary>Unscaled, linear or yarn, as the metadata says; or Llama 3's, of which only the resulting factors are in the file.</summary>
    public static JsonObject Scaled(GgufMetadata file)
    {
        var rotary = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = Base(file) };
        if (file.HasTensor(GgufConfigs.Llama3Factors)) return Llama3(file, rotary);
        var (kind, factor) = (file.OptionalText(".rope.scaling.type") ?? "none", file.OptionalNumber(".rope.scaling.factor") ?? file.OptionalNumber(".rope.scale_linear") ?? 1);
        if (kind == "none" && file.Has(".rope.scale_linear")) kind = "linear";
        if (kind == "none" || (kind == "linear" && factor == 1)) return rotary;
        if (kind is not ("linear" or "yarn")) throw Unsupported(file, ".rope.scaling.type", $"it is '{kind}', expected none, linear or yarn");
        rotary["rope_type"] = kind;
        rotary["factor"] = factor;
        if (kind == "yarn")
        {
            rotary["original_max_position_embeddings"] = file.Count(".rope.scaling.original_context_length");
            if (YarnSettings.FirstOrDefault(file.Has) is { } setting) throw Unsupported(file, setting, "yarn is given with a setting of its own");
        }
        return rotary;
    }

    /// <summary>Phi-3's divisors, one for each pair, for short and long texts.</summary>
    public static JsonObject Long(GgufMetadata file, int trained) => new()
    {
        ["rope_type"] = "longrope",
        ["rope_theta"] = Base(file),
        ["original_max_position_embeddings"] = trained,
        ["short_factor"] = new JsonArray([.. file.Numbers(GgufConfigs.ShortFactors).Select(factor => (JsonNode)factor)]),
        ["long_factor"] = new JsonArray([.. file.Numbers(GgufConfigs.LongFactors).Select(factor => (JsonNode)factor)]),
    };

    /// <summary>Finds the parameters that make these factors, and is sure of them because they make all of them.</summary>
    private static JsonObject Llama3(GgufMetadata file, JsonObject rotary)
    {
        var factors = file.Numbers(GgufConfigs.Llama3Factors);
        if (factors.Length != file.HeadWidth / 2) throw Unsupported(file, GgufConfigs.Llama3Factors, $"it has {factors.Length} factors, expected one for each of {file.HeadWidth / 2} pairs");
        var factor = factors.Max();
        for (var trained = 16; trained <= 1 << 24; trained *= 2)
        {
            var made = factors.Select((_, pair) => Factor(Math.Pow(Base(file), 2.0 * pair / file.HeadWidth), factor, trained));
            if (!made.Zip(factors).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * pair.First)) continue;
            rotary["rope_type"] = "llama3";
            rotary["factor"] = factor;
            rotary["low_freq_factor"] = LowFactor;
            rotary["high_freq_factor"] = HighFactor;
            rotary["original_max_position_embeddings"] = trained;
            return rotary;
        }
        throw Unsupported(file, GgufConfigs.Llama3Factors, "its factors are not those of Llama 3's scaling");
    }

    /// <summary>What a pair's period is stretched by: nothing for short periods, all of it for long ones, between them a mixture (Llama 3.1).</summary>
    private static double Factor(double radius, double factor, int trained)
    {
        var turns = trained / (2 * Math.PI * radius);
        if (turns > HighFactor) return 1;
        if (turns < LowFactor) return factor;
        var smooth = (turns - LowFactor) / (HighFactor - LowFactor);
        return 1 / ((1 - smooth) / factor + smooth);
    }

    private static double Base(GgufMetadata file) => file.OptionalNumber(".rope.freq_base") ?? DefaultBase;

    private static FileException Unsupported(GgufMetadata file, string where, string fact) =>
        FileException.Unsupported(file.Path, where, fact, "Use the model's Hugging Face folder.");
}
