using System.Security.Cryptography;
using System.Text.Json;

namespace SaeSharp.Cli.Tests;

/// <summary>The demo that comes with the program.</summary>
public sealed class CarriedDemoTests : IDisposable
{
    private const int MostBytes = 12_000_000;
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"saesharp-demo-{Guid.NewGuid():N}");

    private static string Carried => Path.Combine(AppContext.BaseDirectory, "samples", "demo");

    [Fact]
    public void It_is_what_its_provenance_says_and_small()
    {
        var provenance = File.ReadAllText(Path.Combine(Carried, "PROVENANCE.md"));
        var files = Directory.EnumerateFiles(Carried, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "PROVENANCE.md").ToList();

        Assert.All(files, file => Assert.Contains($"| {Path.GetRelativePath(Carried, file).Replace('\\', '/')} | {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))} |", provenance, StringComparison.Ordinal));
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, MostBytes);
    }

    [Fact]
    public async Task Its_SAEs_find_their_model_and_indexes_in_any_home()
    {
        var export = await CommandLine.Run(_home, "demo", "export", Path.Combine(_home, "exported"));
        Assert.True(export.Exit == 0, export.Error);

        var demo = Path.Combine(_home, "demo");
        var read = await CommandLine.Run(demo, "read", "demo", "user : how do i sing ?", "--json");
        Assert.True(read.Exit == 0, read.Error);
        Assert.All(JsonDocument.Parse(read.Output).RootElement.GetProperty("layers").EnumerateArray(), layer => Assert.NotEqual(JsonValueKind.Null, layer.GetProperty("index").ValueKind));
        var feature = await CommandLine.Run(demo, "feature", "demo/topk/blocks.0.hook_resid_post", "0");
        Assert.True(feature.Exit == 0, feature.Error);
    }

    public void Dispose()
    {
        if (Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
    }
}
