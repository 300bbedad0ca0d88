using System.Diagnostics;
using System.Security.Cryptography;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program, killed while it trains and resumed, ends with the bits of an undisturbed run.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Twenty_kills_change_no_bit_of_the_weights()
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
        var hits = 0;
        for (var i = 0; i < Kills; i++)
        {
            using var run = Start(killed);
            // From before anything is read to beyond the first checkpoints of a run; each start goes on where the last was killed.
            if (!run.WaitForExit(TimeSpan.FromSeconds(whole.TotalSeconds * (0.1 + 0.6 * random.NextDouble())))) hits++;
            run.Kill(entireProcessTree: true);
            run.WaitForExit();
            if (File.Exists(Weights(killed)) && i < Kills - 1) StartOver(killed, clean);
        }
        using (var last = Start(killed))
        {
            last.WaitForExit();
            Assert.Equal(0, last.ExitCode);
        }
        Assert.True(hits >= Kills / 2, $"only {hits} of {Kills} kills met a running process");
        Assert.Equal(Sha256(clean), Sha256(killed));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(killed, "saes"), "*.saesharp-*", SearchOption.AllDirectories));
    }

    /// <summary>A run that came to its end between two kills has to be right too; then the next one begins anew.</summary>
    private static void StartOver(string killed, string clean)
    {
        Assert.Equal(Sha256(clean), Sha256(killed));
        Directory.Delete(killed, recursive: true);
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
