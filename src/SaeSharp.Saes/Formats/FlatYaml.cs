namespace SaeSharp.Saes.Formats;

/// <summary>The plain part of a YAML file: scalars under keys, nested by indentation, as text under dotted paths (<c>sae.n_heads</c>).</summary>
/// <remarks>
/// Configs of two SAE layouts are YAML of this kind. Lists and block texts are passed over, for nothing asked for stands in them; a value that needs more of YAML (an anchor,
/// a flow mapping, a tag) is refused when it is asked for.
/// </remarks>
internal sealed class FlatYaml
{
    private const long MaxBytes = 1 << 20;
    private const int MaxDepth = 32;
    private readonly string _path;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private FlatYaml(string path) => _path = path;

    /// <exception cref="FileException">It cannot be read or is no such file.</exception>
    public static FlatYaml Read(string path)
    {
        string[] lines;
        try
        {
            if (new FileInfo(path).Length is > MaxBytes and var bytes) throw FileException.Malformed(path, "size", $"it has {bytes} bytes, expected a small config of at most {MaxBytes}");
            lines = File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
        var yaml = new FlatYaml(path);
        yaml.Parse(lines);
        return yaml;
    }

    public string? TextOrNull(string key) => _values.GetValueOrDefault(key) is not { } text || text is "" or "null" or "~" ? null
        : text[0] is '&' or '*' or '!' or '{' or '[' or '|' or '>' ? throw FileException.Unsupported(_path, $"key '{key}'", $"it is {Printable(text)}, expected a plain value", "Write the value out.") : Unquoted(text);

    public string Text(string key) => TextOrNull(key) ?? throw FileException.Missing(_path, "key", key, _values.Keys);

    public int Count(string key) => int.TryParse(Text(key), System.Globalization.CultureInfo.InvariantCulture, out var count) && count > 0 ? count : throw Wrong(key, "a whole number above 0");

    public double Amount(string key) =>
        double.TryParse(Text(key), System.Globalization.CultureInfo.InvariantCulture, out var amount) && double.IsFinite(amount) ? amount : throw Wrong(key, "a finite number");

    public bool Flag(string key) => Text(key).ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => throw Wrong(key, "true or false"),
    };

    private FileException Wrong(string key, string expected) => FileException.Malformed(_path, $"key '{key}'", $"it is {Printable(Text(key))}, expected {expected}");

    private void Parse(string[] lines)
    {
        var open = new Stack<(int Indent, string Prefix)>();
        var skipDeeperThan = int.MaxValue;
        foreach (var line in lines)
        {
            var text = line.TrimStart(' ');
            var indent = line.Length - text.Length;
            if (text.Length == 0 || text[0] == '#' || text.StartsWith("---", StringComparison.Ordinal)) continue;
            if (indent > skipDeeperThan) continue;
            skipDeeperThan = int.MaxValue;
            while (open.Count > 0 && open.Peek().Indent >= indent) open.Pop();
            if (text[0] == '-')
            {
                skipDeeperThan = indent;
                continue;
            }
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || (colon + 1 < text.Length && text[colon + 1] != ' ')) throw FileException.Malformed(_path, $"line '{Printable(text)}'", "it is no 'key: value'");
            var (key, value) = ((open.Count > 0 ? open.Peek().Prefix : "") + Unquoted(text[..colon].Trim()), Uncommented(text[(colon + 1)..].Trim()));
            if (value.Length == 0 && open.Count >= MaxDepth) throw FileException.Malformed(_path, $"key '{Printable(key)}'", $"it is nested more than {MaxDepth} deep");
            if (value.Length == 0) open.Push((indent, key + "."));
            else if (value[0] is '|' or '>') skipDeeperThan = indent;
            _values[key] = value;
        }
    }

    private static string Uncommented(string value)
    {
        if (value.StartsWith('#')) return "";
        if (value.Length > 0 && value[0] is '"' or '\'') return value;
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }

    private static string Unquoted(string text) => text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;

    private static string Printable(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
