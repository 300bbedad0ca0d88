namespace SaeSharp.Models.Tokenizers;

/// <summary>A tokenizer cannot be read: a file is missing, malformed, or asks for something this program does not do.</summary>
public sealed class TokenizerException : SaeSharpException
{
    private TokenizerException(string message, string hint, Exception? inner = null) : base(message, hint, inner) { }

    internal static TokenizerException NotFound(string path) => new(
        $"'{path}' holds no tokenizer: expected tokenizer.json, or vocab.json and merges.txt.",
        "Give a tokenizer.json or the folder of a model that has one.");

    internal static TokenizerException NotJson(string file, string detail, Exception? inner = null) => new(
        $"'{file}' is not valid JSON: {detail}",
        "Download the file again.",
        inner);

    internal static TokenizerException Malformed(string file, string field, string found, string expected) => new(
        $"{field} in '{file}' is {found}, expected {expected}.",
        "Download the file again, or export the tokenizer again with the library that made it.");

    internal static TokenizerException UnknownKind(string file, string field, string kind, IReadOnlyCollection<string> supported)
    {
        var nearest = Spelling.Closest(kind, supported);
        return new(
            $"{field} in '{file}' is '{kind}', expected one of {string.Join(", ", supported)}.",
            nearest is null ? "This program cannot read a tokenizer of this kind yet." : $"The nearest that can be read is '{nearest}'.");
    }
}
