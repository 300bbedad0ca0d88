using System.Diagnostics;
using System.Security.Cryptography;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program, killed while it trains a language model and resumed, ends with the bits of an undisturbed run, on another number of threads too.</summary>
public sealed class LmKillTests : IDisposable
{
    private const int Kills = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-lm-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Kills_and_other_threads_change_no_bit_of_the_weights()
    {
        var (clean, killed) = (Path.Combine(_folder, "clean"), Path.Combine(_folder, "killed"));
        var clock = Stopwatch.StartNew();
        using (var undisturbed = Start(clean, threads: 2)) Finish(undisturbed);
        var whole = clock.Elapsed;

        var (random, hits) = (new Random(11), 0);
        for (var i = 0; i < Kills && !File.Exists(Weights(killed)); i++)
        {
            using var run = Start(killed, threads: 1 + i % 2);
            if (!run.WaitForExit(TimeSpan.FromSeconds(whole.TotalSeconds * (0.2 + 0.5 * random.NextDouble())))) hits++;
            run.Kill(entireProcessTree: true);
            run.WaitForExit();
        }
        using (var last = Start(killed, threads: 2)) Finish(last);
        Assert.True(hits > 0, "no kill met a running process");
        Assert.Equal(Sha256(clean), Sha256(killed));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(killed, "models"), "*.tmp", SearchOption.AllDirectories));
    }

    private static void Finish(Process process)
    {
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static Process Start(string home, int threads)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sae.exe" : "sae")) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["lm", "train", "--texts", CommandLine.Texts, "--vocab", "300", "--d-model", "32", "--layers", "2", "--context", "32", "--batch", "4", "--tokens", "40000",
            "--warmup", "20", "--checkpoint-every", "7", "--samples", "0", "--out", "victim", "--resume", "--threads", $"{threads}", "--home", home]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private static string Weights(string home) => Path.Combine(home, "models", "victim", "model.safetensors");

    private static string Sha256(string home) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Weights(home))));
}
