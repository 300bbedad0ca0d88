using System.Text;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Comma-separated values with a header (RFC 4180): quoted fields may hold commas, line ends and doubled quotes.</summary>
internal static class CsvTexts
{
    public static IReadOnlyList<string> Read(string path, string field)
    {
        using var records = Records(path, TextFile.ReadUtf8(path)).GetEnumerator();
        if (!records.MoveNext()) throw FileException.Malformed(path, "line 1", "the file is empty, expected a header");
        var header = records.Current.Fields;
        var column = header.IndexOf(field);
        if (column < 0) throw FileException.Missing(path, "column", field, header);

        var texts = new List<string>();
        while (records.MoveNext())
        {
            var (line, fields) = records.Current;
            if (fields.Count != header.Count) throw FileException.Malformed(path, $"line {line}", $"it has {fields.Count} fields, expected {header.Count} as in the header");
            texts.Add(fields[column]);
        }
        return texts;
    }

    private static IEnumerable<(int Line, List<string> Fields)> Records(string path, string content)
    {
        var (at, line) = (0, 1);
        while (at < content.Length)
        {
            var (start, fields) = (line, new List<string>());
            bool more;
            do
            {
                fields.Add(Field(path, content, ref at, ref line));
                more = at < content.Length && content[at] == ',';
                if (more) at++;
            } while (more);
            if (at < content.Length && content[at] == '\r') at++;
            if (at < content.Length && content[at] != '\n') throw FileException.Malformed(path, $"line {line}", "text follows a closing quote");
            at++;
            line++;
            if (fields is not [""]) yield return (start, fields);
        }
    }

    private static string Field(string path, string content, ref int at, ref int line)
    {
        if (at < content.Length && content[at] == '"') return Quoted(path, content, ref at, ref line);
        var start = at;
        while (at < content.Length && content[at] is not (',' or '\n')) at++;
        var end = at > start && at < content.Length && content[at] == '\n' && content[at - 1] == '\r' ? at - 1 : at;
        return content[start..end];
    }

    private static string Quoted(string path, string content, ref int at, ref int line)
    {
        var text = new StringBuilder();
        var opened = line;
        for (at++; at < content.Length; at++)
        {
            if (content[at] == '"')
            {
                at++;
                if (at >= content.Length || content[at] != '"') return text.ToString();
            }
            if (content[at] == '\n') line++;
            text.Append(content[at]);
        }
        throw FileException.Malformed(path, $"line {opened}", "a quote is opened and never closed");
    }
}
