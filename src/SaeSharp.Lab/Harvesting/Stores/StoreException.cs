namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>An activation store cannot be made or used.</summary>
public sealed class StoreException : SaeSharpException
{
    private StoreException(string message, string hint) : base(message, hint) { }

    internal static StoreException NoStore(string folder) => new(
        $"{folder} is no activation store: it has no {StoreIndex.FileName}.",
        "Make one with sae activations MODEL --hook H --texts FILE --out FOLDER.");

    internal static StoreException Unfinished(string folder, long tokens, long expected) => new(
        $"The activation store {folder} is not finished: it holds {tokens} of {expected} tokens.",
        "Run the sae activations command that began it once more; it keeps what is there.");

    internal static StoreException Damaged(string file, string why) => new(
        $"{file} is damaged or not the file that the store was made with: {why}.",
        "Run the sae activations command that made the store once more: it makes missing and damaged shards anew and keeps the others. Or fetch this file again.");

    internal static StoreException OtherStore(string folder, string what, string then, string now) => new(
        $"The activation store {folder} was begun with {what} {then}, but this command asks for {now}.",
        "Run the command that began it, give another --out, or delete the folder.");

    internal static StoreException NotEmpty(string folder) => new(
        $"The folder {folder} holds other things than an activation store.",
        "Give --out an empty or new folder, or a file that ends in .safetensors.");

    internal static StoreException NoHook(string folder, string hook, IReadOnlyCollection<string> present) => new(
        $"The activation store {folder} has no hook '{hook}'.",
        Spelling.Closest(hook, present) is { } similar ? $"It has '{similar}'." : $"It has {string.Join(", ", present)}.");

    internal static StoreException NoNeighbours(string folder, string layout) => new(
        $"No token of the activation store {folder} has all the neighbours that '{layout}' asks for.",
        "Ask for nearer neighbours, or make the store with longer windows (--context).");

    internal static StoreException OutOfSpace(string folder, double neededGiB, double freeGiB) => new(
        FormattableString.Invariant($"The activation store needs {neededGiB:F2} GiB more in {folder}, which has {freeGiB:F2} GiB free."),
        "Free space, give --out on another disk, fewer hooks or texts, or --dtype bf16.");
}
