using SaeSharp.Lab.Harvesting.Texts;

namespace SaeSharp.Lab.Probing;

/// <summary>Texts with a label each, from one file that has both or from a file for each label.</summary>
internal static class LabelledTexts
{
    /// <summary>The texts, file after file in their order.</summary>
    /// <exception cref="FileException">A file cannot be read or lacks the text or label.</exception>
    /// <exception cref="LabException">There are fewer than two labels.</exception>
    public static IReadOnlyList<LabelledText> Read(ProbeRequest request)
    {
        var files = TextSources.Find(request.Texts);
        var all = files.Count == 1 ? OneFile(files[0], request) : [.. files.Zip(Names(files)).SelectMany(file => TextFile.Read(file.First, request.Field, request.Split).Select(text => new LabelledText(text, file.Second)))];
        IReadOnlyList<LabelledText> taken = request.PerLabel == 0 ? all : [.. all.GroupBy(text => text.Label).SelectMany(group => group.Take(request.PerLabel))];
        return taken.DistinctBy(text => text.Label).Count() > 1 ? taken : throw LabException.OneLabel(request.Texts, taken.Select(text => text.Label).FirstOrDefault());
    }

    private static IReadOnlyList<LabelledText> OneFile(string path, ProbeRequest request)
    {
        if (PackedFile.Kind(path) is not (".jsonl" or ".csv" or ".parquet")) throw LabException.NoLabels(path);
        var texts = TextFile.Read(path, request.Field, request.Split);
        var labels = PackedFile.Kind(path) == ".jsonl" ? JsonLines.ReadWords(path, request.LabelField) : TextFile.Read(path, request.LabelField, request.Split);
        return [.. texts.Zip(labels, (text, label) => new LabelledText(text, label))];
    }

    /// <summary>File names without their endings where those tell the files apart, whole names otherwise (reviews.pos, reviews.neg).</summary>
    private static IReadOnlyList<string> Names(IReadOnlyList<string> files)
    {
        string[] whole = [.. files.Select(file => Path.GetFileName(file))];
        string[] stems = [.. whole.Select(name => name[..Math.Max(name.IndexOf('.', StringComparison.Ordinal), 0)] is { Length: > 0 } stem ? stem : name)];
        return stems.Distinct().Count() == files.Count ? stems : whole.Distinct().Count() == files.Count ? whole : files;
    }
}

/// <summary>A text and its label.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The label.</param>
internal sealed record LabelledText(string Text, string Label);
