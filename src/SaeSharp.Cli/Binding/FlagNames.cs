using System.Text;

namespace SaeSharp.Cli.Binding;

/// <summary>How a request's properties are called on the command line.</summary>
internal static class FlagNames
{
    /// <summary>Names that the contract fixes and no rule gives: a list is given one flag at a time, in the singular.</summary>
    private static readonly Dictionary<string, string> Fixed = new(StringComparer.Ordinal)
    {
        ["Hooks"] = "--hook", ["Saes"] = "--sae", ["Features"] = "--feature", ["BufferMiB"] = "--buffer-mib", ["CacheMiB"] = "--cache-mib",
    };

    /// <summary><c>MaxTokens</c> → <c>--max-tokens</c>, <c>DSae</c> → <c>--d-sae</c>.</summary>
    public static string Of(string property)
    {
        if (Fixed.TryGetValue(property, out var name)) return name;
        var flag = new StringBuilder("-");
        foreach (var letter in property)
        {
            if (char.IsUpper(letter)) flag.Append('-');
            flag.Append(char.ToLowerInvariant(letter));
        }
        return flag.ToString();
    }
}
