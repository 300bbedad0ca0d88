using System.Diagnostics;
using System.Text.Json;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>This program once more, as a child: its memory is then the measured step's alone.</summary>
internal static class SelfProcess
{
    /// <summary>Runs <c>sae</c> with <paramref name="arguments"/> and reads the JSON it prints.</summary>
    public static async Task<BenchResult> Bench(IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started as `dotnet sae.dll`, the program is the first argument; as `sae` it is the process itself.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        using var stop = cancel.Register(() => child.Kill(entireProcessTree: true));
        var output = await child.StandardOutput.ReadToEndAsync(cancel).ConfigureAwait(false);
        await child.WaitForExitAsync(cancel).ConfigureAwait(false);
        if (child.ExitCode != 0)
            throw OptionException.Invalid($"The measuring child ended with exit code {child.ExitCode}.", "Run the same command with --alone to see why.");
        return JsonSerializer.Deserialize<BenchResult>(output, LabJson.Options)!;
    }

    /// <summary>How long this process has run.</summary>
    public static double SecondsSinceStart()
    {
        using var self = Process.GetCurrentProcess();
        return (DateTime.Now - self.StartTime).TotalSeconds;
    }

    /// <summary>Most memory this process has had resident, in MiB.</summary>
    public static double PeakRssMiB()
    {
        const string Status = "/proc/self/status", Peak = "VmHWM:";
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Peak, StringComparison.Ordinal)) is { } line)
            return long.Parse(line.AsSpan(Peak.Length, line.Length - Peak.Length - " kB".Length), System.Globalization.CultureInfo.InvariantCulture) / 1024.0;
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / (1024.0 * 1024);
    }
}
