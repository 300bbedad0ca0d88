using System.Globalization;
using System.Text;

namespace SaeSharp.Models.Hub;

/// <summary>The path of a file inside a repository: parts between slashes, none of which can lead elsewhere on any system. What a server lists is read through here before it touches a disk.</summary>
public sealed record HubPath
{
    private const int MostLetters = 1024, MostPartLetters = 255;

    /// <summary>Windows opens a device under these names, whatever follows a dot.</summary>
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", .. from port in (string[])["COM", "LPT"] from number in Enumerable.Range(0, 10) select $"{port}{number}"];

    private HubPath(string text) => Text = text;

    /// <summary>The path with forward slashes.</summary>
    public string Text { get; }

    /// <summary>The last part.</summary>
    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>The parts before the last; empty at the top.</summary>
    public string Folder => Text.LastIndexOf('/') is >= 0 and var slash ? Text[..slash] : "";

    /// <summary>As it stands in an address: each part escaped.</summary>
    internal string Escaped => string.Join('/', Text.Split('/').Select(Uri.EscapeDataString));

    /// <exception cref="HubException">It is no path that may be written.</exception>
    public static HubPath Parse(string text) => TryParse(text) ?? throw HubException.BadPath(text);

    /// <summary>The path, or null where <paramref name="text"/> is none that may be written.</summary>
    public static HubPath? TryParse(string? text) => text is { Length: > 0 and <= MostLetters } && text.Split('/').All(IsPart) ? new(text) : null;

    public override string ToString() => Text;

    private static bool IsPart(string part) => part.Length is > 0 and <= MostPartLetters && part is not ("." or "..") && part[^1] is not ('.' or ' ') && part[0] != ' '
        && !part.EnumerateRunes().Any(IsForbidden)
        && !Devices.Contains(part.Split('.')[0].TrimEnd(' '), StringComparer.OrdinalIgnoreCase)
        && (!part.Contains(':', StringComparison.Ordinal) || !OperatingSystem.IsWindows()); // there it names a stream inside a file; elsewhere published SAEs have it in their names

    private static bool IsForbidden(Rune letter) => letter.Value is '\\' or 0xFFFD
        || Rune.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
