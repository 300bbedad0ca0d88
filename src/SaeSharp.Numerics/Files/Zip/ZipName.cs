using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files.Zip;

/// <summary>Names of zip entries: Unicode, and none that would lead out of a folder.</summary>
internal static class ZipName
{
    /// <summary>The flag that says a name is UTF-8.</summary>
    public const int Utf8Flag = 0x800;

    /// <summary>The name. Without the flag it is in an old code page, of which only ASCII is certain; UTF-8 is accepted, since some writers forget the flag.</summary>
    public static string Read(string file, ReadOnlySpan<byte> bytes, bool isUtf8)
    {
        if (!Utf8.IsValid(bytes)) throw FileException.Malformed(file, "zip directory", $"a name is not {(isUtf8 ? "the UTF-8 it is said to be" : "UTF-8")}");
        var name = Encoding.UTF8.GetString(bytes);
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || name[0] is '/' or '\\' || name.Split('/', '\\').Contains(".."))
            throw FileException.Malformed(file, "zip directory", $"an entry is named '{Printable.Of(name)}', expected a name within the archive");
        return name;
    }
}
