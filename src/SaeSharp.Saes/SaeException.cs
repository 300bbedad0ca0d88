using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>An SAE cannot be built, loaded or changed as asked.</summary>
public sealed class SaeException : SaeSharpException
{
    private SaeException(string message, string hint) : base(message, hint) { }

    internal static SaeException UnknownArchitecture(string name, IEnumerable<string> known) => new(
        $"'{name}' is not an SAE architecture.",
        Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'?" : $"Known are: {string.Join(", ", known)}.");

    internal static SaeException UnknownFormat(string name, IEnumerable<string> known) => new(
        $"'{name}' is no layout of SAE files that this version reads.",
        Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'?" : $"It reads: {string.Join(", ", known)}.");

    internal static SaeException NoSae(string path, IEnumerable<string> formats) => new(
        $"There is no SAE at {path}, or its files are of no layout that this version reads.",
        $"It reads: {string.Join(", ", formats)}. Give the folder that holds the weights, or the file itself where the layout is one file.");

    internal static SaeException NotFinite(string source, string name, int row) => new(
        $"'{name}' in {source} holds NaN or infinity (row {row}).",
        "The file is damaged, or its training diverged: fetch it again, or use an earlier checkpoint.");

    internal static SaeException WritesNothing(string source) => new(
        $"Every decoder row in {source} is 0: no latent writes anything.",
        "The file was saved before training, or is damaged: fetch it again.");

    internal static SaeException NotInVersion5(string architecture, string why) => new(
        $"SAELens 5 has no way to say this {architecture} SAE: {why}.",
        "Save it in the layout of SAELens 6.");

    internal static SaeException MissingTensor(string source, string name, IReadOnlyCollection<string> present) => new(
        $"{source} has no tensor '{name}'.",
        Spelling.Closest(name, present) is { } similar ? $"It has '{similar}'." : $"It has: {string.Join(", ", present.Order(StringComparer.Ordinal))}.");

    internal static SaeException WrongShape(string source, string name, string expected, string actual) => new(
        $"'{name}' in {source} is {actual}, expected {expected}.",
        "Check d_in and d_sae in cfg.json; if the two sizes are swapped, the file keeps the matrix the other way round.");

    internal static SaeException UnusedTensor(string source, string name, string architecture) => new(
        $"{source} holds a tensor '{name}' that a {architecture} SAE does not have.",
        "Check 'architecture' in cfg.json: reading the file without this tensor would give another SAE.");

    internal static SaeException CannotFold(string architecture) => new(
        $"The decoder norms of this {architecture} SAE cannot be folded: other latents would be chosen.",
        "Use the SAE as it is, or multiply its latents by DecoderNorms yourself.");

    internal static SaeException TranscoderTakesBDec(string architecture) => new(
        $"A {architecture} cannot take b_dec off its input: b_dec belongs to the hook it writes.",
        "Set apply_b_dec_to_input to false.");

    internal static SaeException OtherOutput(SaeConfig config) => new(
        $"A {config.Architecture} SAE reconstructs what it reads, of width {config.DIn}; d_out is {config.DOut ?? config.DIn}.",
        "Leave d_out away, or name a transcoder's architecture.");

    internal static SaeException UnevenHooks(SaeConfig config, int dOut) => new(
        $"The {Math.Max(1, config.Hooks.Count)} hooks that are read do not share a width of {config.DIn} evenly, or the {Math.Max(1, config.HooksOut.Count)} that are written one of {dOut}.",
        "Name hooks that are all of one width.");

    internal static SaeException UnevenLatents(SaeConfig config) => new(
        $"The {config.DSae} latents of a cross-layer transcoder do not share out evenly among its {config.Hooks.Count} layers.",
        "Give it a multiple of the number of layers.");

    internal static SaeException NotCrossLayer(string architecture) => new(
        $"A cross-layer transcoder of architecture '{architecture}' is not offered: what it chooses among the latents of all layers could not be told by the file of one.",
        "Use batchtopk, jumprelu or standard.");

    internal static SaeException NotLayers(SaeConfig config) => new(
        $"A {config.Architecture} SAE that reads {config.HookName ?? "an unnamed hook"} and writes {config.HookNameOut ?? "the same"} cannot be kept as circuit-tracer keeps cross-layer transcoders.",
        "That takes hooks of layers that follow one another, under one name in all of them.");

    internal static SaeException NothingBeside(string architecture) => new(
        $"These codes do not say what a {architecture} SAE adds beside its latents.",
        "Decode codes that come from Encode of the same SAE, or copy their Beside.");

    internal static SaeException NoTarget(SaeConfig config) => new(
        $"The error of a {config.Architecture} is measured at {config.HookNameOut ?? "the hook it writes"}, and no activations of it were given.",
        "Give them as the target.");

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
