using System.Text.Json;

namespace SaeSharp.Saes.Synthetic;

/// <summary>A <see cref="SyntheticSpec"/> as SAELens writes it in <c>synthetic_model_config.json</c>.</summary>
internal static class SyntheticSpecFile
{
    private const string Generator = "generator_name";

    /// <summary>Reads what decides a world; keys it does not know are refused only where they would change it.</summary>
    public static SyntheticSpec Read(JsonElement json, string file)
    {
        var zipf = Part(json, "firing_probability", file) ?? throw Wrong(file, "firing_probability", "absent", "a rule");
        Require(zipf, Generator, "zipfian", file);
        JsonElement? tree = Part(json, "hierarchy", file), apart = Part(json, "orthogonalization", file), correlation = Part(json, "correlation", file);
        if (tree is { } forest && Number(forest, "mutually_exclusive_portion", file, 0) is not (0 or 1)) throw Wrong(file, "mutually_exclusive_portion", "a share", "0 or 1");
        return new()
        {
            Features = Whole(json, "num_features", file), DIn = Whole(json, "hidden_dim", file), Seed = Whole(json, "seed", file),
            ZipfExponent = Number(zipf, "exponent", file), MaxProbability = Number(zipf, "max_prob", file), MinProbability = Number(zipf, "min_prob", file),
            Roots = tree is { } t ? Whole(t, "total_root_nodes", file) : 0, Branching = tree is { } b ? Whole(b, "branching_factor", file) : 1, Depth = tree is { } d ? Whole(d, "max_depth", file) : 0,
            ExclusiveSiblings = tree is { } e && Number(e, "mutually_exclusive_portion", file) == 1,
            CompensateProbabilities = tree is { } c && Flag(c, "compensate_probabilities"), ScaleChildrenByParent = tree is { } s && Flag(s, "scale_children_by_parent"),
            CorrelationRank = correlation is { } r ? Whole(r, "rank", file) : 0, CorrelationScale = correlation is { } f ? Number(f, "correlation_scale", file) : 0,
            Means = Rule(json, "mean_firing_magnitudes", file), Deviations = Rule(json, "std_firing_magnitudes", file), BiasNorm = Bias(json, file),
            OrthogonalSteps = apart is { } o ? Whole(o, "num_steps", file) : 0, OrthogonalRate = apart is { } l ? Number(l, "lr", file) : 1,
        };
    }

    public static byte[] Write(SyntheticSpec spec)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true }))
        {
            json.WriteStartObject();
            Numbers(json, ("num_features", spec.Features), ("hidden_dim", spec.DIn), ("bias", spec.BiasNorm), ("seed", spec.Seed));
            json.WriteString("dtype", "float32");
            Group(json, "firing_probability", "zipfian", ("exponent", spec.ZipfExponent), ("max_prob", spec.MaxProbability), ("min_prob", spec.MinProbability));
            WriteTree(json, spec);
            if (spec.OrthogonalSteps > 0) Group(json, "orthogonalization", null, ("num_steps", spec.OrthogonalSteps), ("lr", spec.OrthogonalRate));
            if (spec.CorrelationRank > 0) Group(json, "correlation", null, ("rank", spec.CorrelationRank), ("correlation_scale", spec.CorrelationScale));
            WriteRule(json, "mean_firing_magnitudes", spec.Means);
            WriteRule(json, "std_firing_magnitudes", spec.Deviations);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void WriteTree(Utf8JsonWriter json, SyntheticSpec spec)
    {
        if (spec.Roots == 0) return;
        json.WriteStartObject("hierarchy");
        Numbers(json, ("total_root_nodes", spec.Roots), ("branching_factor", spec.Branching), ("max_depth", spec.Depth), ("mutually_exclusive_portion", spec.ExclusiveSiblings ? 1 : 0));
        json.WriteBoolean("compensate_probabilities", spec.CompensateProbabilities);
        json.WriteBoolean("scale_children_by_parent", spec.ScaleChildrenByParent);
        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, string name, MagnitudeRule rule)
    {
        switch (rule)
        {
            case MagnitudeRule.Constant constant: json.WriteNumber(name, constant.Value); break;
            case MagnitudeRule.Linear line: Group(json, name, "linear", ("start", line.First), ("end", line.Last)); break;
            case MagnitudeRule.Exponential curve: Group(json, name, "exponential", ("start", curve.First), ("end", curve.Last)); break;
            case MagnitudeRule.FoldedNormal folded: Group(json, name, "folded_normal", ("mean", folded.Mean), ("std", folded.Deviation), ("min_value", folded.Least), ("max_value", folded.Most)); break;
        }
    }

    private static MagnitudeRule Rule(JsonElement json, string name, string file)
    {
        if (!json.TryGetProperty(name, out var value)) throw Wrong(file, name, "absent", "a number or a rule");
        if (value.ValueKind == JsonValueKind.Number) return new MagnitudeRule.Constant(value.GetDouble());
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(Generator, out var kind)) throw Wrong(file, name, value.GetRawText(), "a number or a rule");
        return kind.ValueKind == JsonValueKind.String ? kind.GetString() switch
        {
            "constant" => new MagnitudeRule.Constant(Number(value, "value", file)),
            "linear" => new MagnitudeRule.Linear(Number(value, "start", file), Number(value, "end", file)),
            "exponential" => new MagnitudeRule.Exponential(Number(value, "start", file), Number(value, "end", file)),
            "folded_normal" => new MagnitudeRule.FoldedNormal(Number(value, "mean", file), Number(value, "std", file), NumberOrNull(value, "min_value", file), NumberOrNull(value, "max_value", file)),
            var other => throw Wrong(file, $"{name}.{Generator}", $"'{other}'", "constant, linear, exponential or folded_normal"),
        } : throw Wrong(file, $"{name}.{Generator}", kind.GetRawText(), "a string");
    }

    /// <summary>A length; false is none and true is 1.</summary>
    private static double Bias(JsonElement json, string file) => !json.TryGetProperty("bias", out var bias) ? 0 : bias.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False or JsonValueKind.Null => 0,
        _ => Number(json, "bias", file),
    };

    private static JsonElement? Part(JsonElement json, string name, string file)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Wrong(file, name, "part of something else", "part of an object");
        if (!json.TryGetProperty(name, out var part) || part.ValueKind == JsonValueKind.Null) return null;
        return part.ValueKind == JsonValueKind.Object ? part : throw Wrong(file, name, part.GetRawText(), "an object or null");
    }

    private static void Require(JsonElement json, string name, string expected, string file)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String || value.GetString() != expected)
            throw Wrong(file, name, value.ValueKind == JsonValueKind.Undefined ? "absent" : value.GetRawText(), $"'{expected}', the only rule that is read");
    }

    private static bool Flag(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static int Whole(JsonElement json, string name, string file)
    {
        var number = Number(json, name, file);
        return number == Math.Floor(number) ? (int)number : throw Wrong(file, name, json.GetProperty(name).GetRawText(), "a whole number");
    }

    private static double Number(JsonElement json, string name, string file, double? otherwise = null) =>
        NumberOrNull(json, name, file) ?? otherwise ?? throw Wrong(file, name, "absent", "a number");

    private static double? NumberOrNull(JsonElement json, string name, string file)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && Math.Abs(number) < int.MaxValue ? number : throw Wrong(file, name, value.GetRawText(), "a number");
    }

    private static void Group(Utf8JsonWriter json, string name, string? generator, params ReadOnlySpan<(string Name, double? Value)> numbers)
    {
        json.WriteStartObject(name);
        if (generator is not null) json.WriteString(Generator, generator);
        Numbers(json, numbers);
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, params ReadOnlySpan<(string Name, double? Value)> numbers)
    {
        foreach (var (name, value) in numbers)
        {
            if (value is { } number) json.WriteNumber(name, number);
            else json.WriteNull(name);
        }
    }

    private static FileException Wrong(string file, string key, string actual, string expected) => FileException.Malformed(file, $"key '{key}'", $"it is {actual}, expected {expected}");
}
