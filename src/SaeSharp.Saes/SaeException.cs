using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>An SAE cannot be built, loaded or changed as asked.</summary>
public sealed class SaeException : SaeSharpException
{
    private SaeException(string message, string hint) : base(message, hint) { }

    internal static SaeException UnknownArchitecture(string name, IEnumerable<string> known) => new(
        $"'{name}' is not an SAE architecture.",
        Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'?" : $"Known are: {string.Join(", ", known)}.");

    internal static SaeException ArchitectureNotRead(string source, string name, IEnumerable<string> known) => new(
        $"{source} is a '{name}' SAE, which this version does not read.",
        $"It reads: {string.Join(", ", known)}.");

    internal static SaeException MissingTensor(string source, string name, IReadOnlyCollection<string> present) => new(
        $"{source} has no tensor '{name}'.",
        Spelling.Closest(name, present) is { } similar ? $"It has '{similar}'." : $"It has: {string.Join(", ", present.Order(StringComparer.Ordinal))}.");

    internal static SaeException WrongShape(string source, string name, string expected, string actual) => new(
        $"'{name}' in {source} is {actual}, expected {expected}.",
        "Check d_in and d_sae in cfg.json; if the two sizes are swapped, the file keeps the matrix the other way round.");

    internal static SaeException UnusedTensor(string source, string name, string architecture) => new(
        $"{source} holds a tensor '{name}' that a {architecture} SAE does not have.",
        "Check 'architecture' in cfg.json: reading the file without this tensor would give another SAE.");

    internal static SaeException CannotFoldTopK() => new(
        "The decoder norms of a TopK SAE without rescale_acts_by_decoder_norm cannot be folded: other latents would be among the k largest.",
        "Use the SAE as it is, or multiply its latents by DecoderNorms yourself.");

    internal static SaeException NoScaling(ActivationNormalisation normalisation) => new(
        $"These codes do not say how their rows were scaled, but the SAE undoes {normalisation} when it decodes.",
        "Decode codes that come from Encode of the same SAE, or copy their Scaling.");

    internal static SaeException WrongCodes(int actual, int expected) => new(
        $"These codes are of {actual} latents, expected {expected}.",
        "Decode codes with the SAE that made them.");

    internal static SaeException WrongInput(Tensor x, SaeConfig config) => new(
        $"The activations are {x.ShapeText}, expected [.., dIn={config.DIn}]{(config.ReshapeHookZ ? " or [.., heads, dHead] with heads · dHead = dIn" : "")}.",
        $"This SAE reads {config.HookName ?? "an unnamed hook"} of {config.ModelName ?? "an unnamed model"}: check that the activations come from there.");
}
