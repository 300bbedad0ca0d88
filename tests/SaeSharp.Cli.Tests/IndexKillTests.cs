using System.Diagnostics;
using System.Security.Cryptography;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program, killed while it adds texts to an index, leaves the old index as it was or the grown one whole, and either can be read; begun again it ends with the bits of an undisturbed run.</summary>
/// <remarks>Every second kill waits for a file or folder that is half written and meets the program there.</remarks>
public sealed class IndexKillTests : IDisposable
{
    private const int Kills = 4;
    private const string HalfWritten = ".saesharp-";
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-index-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Kills_while_texts_are_added_leave_the_old_index_or_the_grown_one()
    {
        var documents = (await File.ReadAllTextAsync(CommandLine.Texts, TestContext.Current.CancellationToken)).Split("\n\n");
        File.WriteAllText(Path.Combine(_folder, "first.txt"), string.Join("\n\n", documents[..(documents.Length / 8)]));
        File.WriteAllText(More, string.Join("\n\n", documents[(documents.Length / 8)..(documents.Length / 2)]));
        string[] corpus = ["--texts", Path.Combine(_folder, "first.txt"), "--context", "64"];
        await Done("before", ["train", CommandLine.Model, "--hook", "blocks.1.hook_resid_post", "--d-sae", "96", "--k", "8", "--batch", "128", "--tokens", "2560", "--warmup", "5", "--out", "victim", .. corpus]);
        await Done("before", ["index", "victim", "--postings", .. corpus]);
        Renew("clean");
        Renew("killed");
        var clock = Stopwatch.StartNew();
        using (var undisturbed = Start("clean")) Finish(undisturbed);
        var whole = clock.Elapsed;
        var (old, grown) = (Assert.Single(Whole("before")), Assert.Single(Whole("clean")));
        Assert.NotEqual(old, grown);

        var (random, hits) = (new Random(5), 0);
        for (var i = 0; i < Kills; i++)
        {
            using var run = Start("killed");
            var first = Entries("killed").Count();
            if (!run.WaitForExit(TimeSpan.FromSeconds(whole.TotalSeconds * (0.2 + 0.6 * random.NextDouble())))) hits++;
            while (i % 2 == 1 && !run.HasExited && Entries("killed").Count() == first) Thread.Yield();
            run.Kill(entireProcessTree: true);
            run.WaitForExit();

            var left = Whole("killed");
            Assert.NotEmpty(left);
            Assert.All(left, index => Assert.Contains(index, new[] { old, grown }));
            await Done("killed", ["feature", "victim", "1"]);
            if (left.Contains(grown)) Renew("killed"); // it came to its end: the next kill finds the old one again
        }
        using (var last = Start("killed")) Finish(last);

        Assert.True(hits >= Kills / 2, $"only {hits} of {Kills} kills met a running process");
        Assert.Equal([grown], Whole("killed"));
        Assert.Single(Entries("killed"));
    }

    private string More => Path.Combine(_folder, "more.txt");

    /// <summary>What lies beside the indexes, and they themselves.</summary>
    private IEnumerable<string> Entries(string home) => Directory.EnumerateFileSystemEntries(Path.Combine(_folder, home, "indexes"));

    /// <summary>What is in each index, in one sum.</summary>
    private List<string> Whole(string home) =>
    [
        .. from index in Entries(home)
           where !Path.GetFileName(index).Contains(HalfWritten, StringComparison.Ordinal)
           select Convert.ToHexString(SHA256.HashData([.. from file in Directory.EnumerateFiles(index, "*.parquet").Order(StringComparer.Ordinal) from part in SHA256.HashData(File.ReadAllBytes(file)) select part])),
    ];

    /// <summary>The workspace as it was before any text was added.</summary>
    private void Renew(string home)
    {
        var (from, to) = (Path.Combine(_folder, "before"), Path.Combine(_folder, home));
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private async Task Done(string home, string[] args)
    {
        var (exit, _, error) = await CommandLine.Run(Path.Combine(_folder, home), args);
        Assert.True(exit == 0, error);
    }

    private Process Start(string home)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sae.exe" : "sae")) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["index", "victim", "--texts", More, "--context", "64", "--postings", "--more", "--home", Path.Combine(_folder, home)]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private static void Finish(Process process)
    {
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
