namespace SaeSharp.Cli.Output;

/// <summary>Columns that line up, for people; machines take --json.</summary>
internal static class TextTable
{
    /// <summary>Writes <paramref name="rows"/> under <paramref name="header"/>; columns whose header begins with '&gt;' are aligned right.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.Prepend([.. header.Select(h => h.TrimStart('>'))]).ToList();
        var widths = header.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
        {
            var cells = row.Select((cell, i) => header[i].StartsWith('>') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>Writes names and values, one pair a line.</summary>
    public static void Pairs(TextWriter output, params IReadOnlyList<(string Name, string Value)> pairs)
    {
        var width = pairs.Max(pair => pair.Name.Length);
        foreach (var (name, value) in pairs) output.WriteLine($"{name.PadRight(width)}  {value}");
    }
}
