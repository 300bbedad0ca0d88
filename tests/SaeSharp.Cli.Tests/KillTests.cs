using System.Diagnostics;
using System.Security.Cryptography;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program, killed while it trains and resumed, ends with the bits of an undisturbed run.</summary>
/// <remarks>Every second kill waits for the program to write something and meets it there. <c>SAESHARP_KILLS</c> asks for more of them than every run of the tests has.</remarks>
public sealed class KillTests : IDisposable
{
    private const string HalfWritten = "*.saesharp-*";
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("SAESHARP_KILLS"), out var asked) ? asked : 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Kills_at_any_moment_and_inside_a_write_change_no_bit_of_the_weights()
    {
        var (clean, killed) = (Path.Combine(_folder, "clean"), Path.Combine(_folder, "killed"));
        var clock = Stopwatch.StartNew();
        using (var undisturbed = Start(clean))
        {
            undisturbed.WaitForExit();
            Assert.Equal(0, undisturbed.ExitCode);
        }
        var whole = clock.Elapsed;

        var random = new Random(7);
        var (hits, inWrites) = (0, 0);
        for (var i = 0; i < Kills; i++)
        {
            var before = Written(killed);
            using var run = Start(killed);
            // From before anything is read to beyond the first checkpoints of a run; each start goes on where the last was killed.
            if (!run.WaitForExit(TimeSpan.FromSeconds(whole.TotalSeconds * (0.1 + 0.6 * random.NextDouble())))) hits++;
            while (i % 2 == 1 && !run.HasExited && Written(killed).IsSubsetOf(before)) Thread.Yield();
            run.Kill(entireProcessTree: true);
            run.WaitForExit();
            if (!Written(killed).IsSubsetOf(before)) inWrites++;
            if (File.Exists(Weights(killed)) && i < Kills - 1) StartOver(killed, clean);
        }
        using (var last = Start(killed))
        {
            last.WaitForExit();
            Assert.Equal(0, last.ExitCode);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills: {hits} met a running process, {inWrites} a file or folder that was half written");
        Assert.True(hits >= Kills / 2, $"only {hits} of {Kills} kills met a running process");
        Assert.Equal(Sha256(clean), Sha256(killed));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(killed, "saes"), HalfWritten, SearchOption.AllDirectories));
    }

    /// <summary>A run that came to its end between two kills has to be right too; then the next one begins anew.</summary>
    private static void StartOver(string killed, string clean)
    {
        Assert.Equal(Sha256(clean), Sha256(killed));
        Directory.Delete(killed, recursive: true);
    }

    /// <summary>What is being written under <paramref name="home"/>, or was left by a process that was killed while it wrote.</summary>
    private static HashSet<string> Written(string home)
    {
        try
        {
            return Directory.Exists(home) ? [.. Directory.EnumerateFileSystemEntries(home, HalfWritten, SearchOption.AllDirectories)] : [];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // it was finished, and renamed, meanwhile
        }
    }

    private static Process Start(string home)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sae.exe" : "sae");
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["train", CommandLine.Model, "--hook", "blocks.1.hook_resid_post", "--texts", CommandLine.Texts, "--context", "64", "--d-sae", "256", "--k", "8",
            "--batch", "256", "--tokens", "128000", "--checkpoint-every", "10", "--out", "victim", "--resume", "--home", home]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private static string Weights(string home) => Path.Combine(home, "saes", "victim", "sae_weights.safetensors");

    private static string Sha256(string home) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Weights(home))));
}
