using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Families;

/// <summary>Rotary positions as Hugging Face configs describe them, in the style of either generation.</summary>
/// <remarks>
/// New: all in <c>rope_parameters</c>, or in an entry of it for each type of layer. Old: <c>rope_theta</c> at the top and <c>rope_scaling</c>, whose kind is called
/// <c>rope_type</c> or <c>type</c>. Names and defaults mirror huggingface/transformers <c>modeling_rope_utils.py</c>.
/// </remarks>
internal static class HfRotary
{
    private const double DefaultBase = 10_000;

    /// <summary>How far dynamic scaling may read, in trained contexts: it has no end of its own, but buffers need one.</summary>
    private const int DynamicReach = 8;

    private static readonly string[] Kinds = ["default", "linear", "dynamic", "yarn", "llama3", "longrope"];

    /// <summary>The rotation of all layers.</summary>
    /// <param name="hf">The config.</param>
    /// <param name="dHead">Width of a head.</param>
    /// <param name="share">How much of a head is rotated where the config does not say.</param>
    /// <param name="pairs">Which numbers are rotated together.</param>
    public static Positions.Rotary Of(HfConfig hf, int dHead, double share = 1, RotaryPairs pairs = RotaryPairs.Halves) =>
        Of(hf, hf.OptionalSection("rope_parameters"), hf.OptionalSection("rope_parameters", "rope_scaling"), dHead, share, pairs, DefaultBase);

    /// <summary>The rotation of layers of one type, which configs of the new style describe apart; those of the old style give it to all.</summary>
    public static Positions.Rotary OfType(HfConfig hf, string type, int dHead, double theta)
    {
        var section = hf.OptionalSection($"rope_parameters.{type}");
        return Of(hf, section, section ?? hf.OptionalSection("rope_scaling"), dHead, 1, RotaryPairs.Halves, theta);
    }

    /// <summary>An unscaled rotation.</summary>
    public static Positions.Rotary Plain(double theta, int width, RotaryPairs pairs = RotaryPairs.Halves) => new(theta, pairs, width, new RotaryScaling.None());

    /// <summary>Most positions that a model with this rotation can read.</summary>
    public static int Context(HfConfig hf, Positions.Rotary rotary)
    {
        var trained = hf.Count("max_position_embeddings", "n_positions");
        return rotary.Scaling is RotaryScaling.Dynamic ? (int)Math.Min((long)trained * DynamicReach, int.MaxValue) : trained;
    }

    private static Positions.Rotary Of(HfConfig hf, HfConfig? section, HfConfig? scaling, int dHead, double share, RotaryPairs pairs, double theta)
    {
        theta = section?.OptionalNumber("rope_theta") ?? hf.OptionalNumber("rope_theta", "rotary_emb_base") ?? theta;
        share = section?.OptionalNumber("partial_rotary_factor") ?? hf.OptionalNumber("partial_rotary_factor", "rotary_pct") ?? share;
        var width = share is > 0 and <= 1 ? (int)(dHead * share) : 0;
        if (width < 2 || width % 2 != 0) throw ModelException.Inconsistent(hf.Path, $"{share} of a head of {dHead} numbers is rotated", "an even number of them");
        if (theta <= 1) throw ModelException.Inconsistent(hf.Path, $"rope_theta is {theta}", "a number above 1");
        return new(theta, pairs, width, scaling is null ? new RotaryScaling.None() : Scaling(hf, scaling, width));
    }

    private static RotaryScaling Scaling(HfConfig hf, HfConfig scaling, int width)
    {
        var kind = scaling.OptionalText("rope_type", "type") ?? "default";
        if (kind == "su" || (kind == "yarn" && scaling.Has("short_factor"))) kind = "longrope"; // what first Phi-3 configs call it
        return kind switch
        {
            "default" => new RotaryScaling.None(),
            "linear" => new RotaryScaling.Linear(scaling.Number("factor")),
            "dynamic" => new RotaryScaling.Dynamic(scaling.Number("factor"), hf.Count("max_position_embeddings")),
            "llama3" => new RotaryScaling.Llama3(scaling.Number("factor"), scaling.Number("low_freq_factor"), scaling.Number("high_freq_factor"), Trained(hf, scaling)),
            "yarn" => Yarn(hf, scaling),
            "longrope" => LongRope(hf, scaling, width),
            _ => throw FileException.Unsupported(hf.Path, "rope scaling", $"its kind is '{kind}', expected one of {string.Join(", ", Kinds)}", "This kind of scaling cannot be run yet."),
        };
    }

    private static RotaryScaling.Yarn Yarn(HfConfig hf, HfConfig scaling)
    {
        var trained = Trained(hf, scaling);
        var factor = scaling.OptionalNumber("factor") ?? hf.Count("max_position_embeddings") / (double)trained;
        var (one, all) = (scaling.OptionalNumber("mscale") ?? 0, scaling.OptionalNumber("mscale_all_dim") ?? 0);
        var magnitude = scaling.OptionalNumber("attention_factor") ?? (one != 0 && all != 0 ? Temperature(one) / Temperature(all) : Temperature(1));
        return new(factor, trained, scaling.OptionalNumber("beta_fast") ?? 32, scaling.OptionalNumber("beta_slow") ?? 1, scaling.OptionalFlag("truncate") ?? true, magnitude);

        double Temperature(double scale) => factor <= 1 ? 1 : 0.1 * scale * Math.Log(factor) + 1;
    }

    private static RotaryScaling.LongRope LongRope(HfConfig hf, HfConfig scaling, int width)
    {
        var trained = Trained(hf, scaling);
        var factor = scaling.OptionalNumber("factor") ?? hf.Count("max_position_embeddings") / (double)trained;
        var magnitude = scaling.OptionalNumber("attention_factor") ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(trained)));
        return new(Divisors("short_factor"), Divisors("long_factor"), trained, magnitude);

        double[] Divisors(string key)
        {
            var divisors = scaling.OptionalNumbers(key) ?? [];
            return divisors.Length == width / 2 ? divisors : throw ModelException.Inconsistent(hf.Path, $"{key} has {divisors.Length} numbers", $"one for each of the {width / 2} rotated pairs");
        }
    }

    private static int Trained(HfConfig hf, HfConfig scaling) =>
        scaling.OptionalCount("original_max_position_embeddings") ?? hf.OptionalCount("original_max_position_embeddings") ?? hf.Count("max_position_embeddings");
}
