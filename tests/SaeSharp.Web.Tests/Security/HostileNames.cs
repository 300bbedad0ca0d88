namespace SaeSharp.Web.Tests.Security;

/// <summary>A workspace whose SAEs, models and files are called what no careful person would call them.</summary>
internal static class HostileNames
{
    /// <summary>How many of the SAEs can be read.</summary>
    public const int Whole = 12;

    /// <summary>Names that a file system takes as one folder.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Payloads.All.Where(name => name.Length <= 80 && !name.Contains('/') && !name.Contains('\\') && name.Trim() == name && name is not ("." or ".."))];

    /// <summary>Puts SAEs that cannot be read and models of all these names into a workspace, and whole copies of <paramref name="sae"/> under some.</summary>
    public static void Furnish(string home, string sae)
    {
        foreach (var (i, name) in All.Index())
        {
            var folder = Directory.CreateDirectory(Path.Combine(home, "saes", i % 2 == 0 ? "x" : "y", name)).FullName;
            if (i % (All.Count / Whole) == 0) foreach (var file in Directory.EnumerateFiles(Path.Combine(home, "saes", sae))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            else File.WriteAllText(Path.Combine(folder, "cfg.json"), "{");
            var model = Directory.CreateDirectory(Path.Combine(home, "models", name)).FullName;
            File.WriteAllText(Path.Combine(model, "config.json"), "{}");
        }
    }
}
