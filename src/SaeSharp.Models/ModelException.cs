namespace SaeSharp.Models;

/// <summary>A model cannot be opened or asked what was asked of it.</summary>
public sealed class ModelException : SaeSharpException
{
    private ModelException(string message, string hint) : base(message, hint) { }

    internal static ModelException NoFolder(string path) => new(
        $"There is no folder {path}.",
        "Give a folder with config.json and model.safetensors.");

    internal static ModelException NoConfig(string folder) => new(
        $"{folder} has no config.json, so it is not a model folder.",
        "Give a folder with config.json and model.safetensors.");

    internal static ModelException UnknownFamily(string file, string family, IReadOnlyCollection<string> known) => new(
        $"{file}: model_type is '{family}', expected one of {string.Join(", ", known)}.",
        Spelling.Closest(family, known) is { } similar
            ? $"The nearest is '{similar}': where the model is of that kind, write it as model_type."
            : "This kind of model cannot be run yet.");

    internal static ModelException MissingTensor(string file, string name, string purpose, IReadOnlyCollection<string> spare) => new(
        $"{file} has no tensor '{name}', expected as {purpose}.",
        Spelling.Closest(name, spare) is { } similar
            ? $"It has '{similar}', which has no use: is that the same weight under another name?"
            : "The checkpoint is incomplete, or config.json belongs to another model.");

    internal static ModelException UnusedTensor(string file, string name, IReadOnlyCollection<string> known, int others) => new(
        $"{file} has a tensor '{name}' that this family has no use for{(others > 0 ? $", and {others} more" : "")}.",
        Spelling.Closest(name, known) is { } similar
            ? $"The nearest that has one is '{similar}': check that config.json belongs to these weights."
            : "Check that config.json belongs to these weights.");

    internal static ModelException WrongShape(string file, string name, string expected, string actual) => new(
        $"{file}: '{name}' is {actual}, expected {expected}.",
        "Check that config.json belongs to these weights.");

    internal static ModelException WrongType(string file, string name, string actual) => new(
        $"{file}: '{name}' holds {actual}, expected F32, F64, BF16 or F16.",
        "Quantised checkpoints must be converted to one of these types first.");

    internal static ModelException Inconsistent(string file, string fact, string expected) => new(
        $"{file}: {fact}, expected {expected}.",
        "Check that config.json is the one the model was published with.");

    internal static ModelException UnknownHook(string hook, string family, IReadOnlyList<string> known) => new(
        $"This {family} model has no hook '{hook}'.",
        Spelling.Closest(hook, known) is { } similar ? $"Did you mean '{similar}'?" : $"It has {known.Count}, from '{known[0]}' to '{known[^1]}'.");

    internal static ModelException NotTrainable(string what) => new(
        $"This model has {what}, which cannot be trained yet; expected a dense decoder with softmax attention.",
        "Train a model of another family, for example llama, gpt2, gemma2 or qwen3.");

    internal static ModelException Diverged(int step, double norm) => new(
        $"The gradients of step {step} have the norm {norm}, expected a finite number.",
        "Go on from an earlier checkpoint with a lower learning rate or a longer warm-up.");

    internal static ModelException NoWidth(string hook) => new(
        $"A row of '{hook}' has no fixed width: it is [heads, query, key] of each sequence.",
        "Choose a hook with a vector at each position, for example attn.hook_z.");

    internal static ModelException TooLong(int length, int context) => new(
        $"A sequence of {length} tokens does not fit into this model's context of {context}.",
        "Shorten the text or set a shorter context.");

    internal static ModelException StateFull(int length, int capacity) => new(
        $"The decoding state holds {capacity} positions; {length} are needed.",
        "Make the state larger, shorten the prompt or generate fewer tokens.");

    internal static ModelException StateOutgrown(int before, int after) => new(
        $"The decoding state holds {before} positions whose keys are rotated for short sequences; with {after} positions this model rotates them for long ones.",
        "Run the whole sequence in a new state.");

    internal static ModelException NotFinite(int id, double logit) => new(
        $"The model's logit of token {id} is {logit}, expected a finite number.",
        "Lower the coefficients of the edits; without edits the weights are damaged.");

    internal static ModelException PatternTooSlow(int length) => new(
        $"The tokenizer's pattern needs too much time or memory on a text of {length} characters, expected a bounded number of steps for each.",
        "Split the text, or correct the pattern in tokenizer.json: repeats inside repeats are the usual cause.");

    internal static ModelException NothingToTruncate(string fact, string strategy) => new(
        $"The tokenizer truncates by {strategy}, but {fact}.",
        "Shorten the other text, or set truncation to null in a copy of tokenizer.json.");
}
