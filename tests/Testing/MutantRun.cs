using System.Diagnostics;
using System.Globalization;

namespace SaeSharp.Testing;

/// <summary>Opens thousands of damaged files: each must be refused by a typed error or load, within 2 s and in file size + 64 MiB.</summary>
/// <remarks>3,000 of a kind, or as many as <c>SAESHARP_MUTANTS</c> says. The same seed makes the same files.</remarks>
internal static class MutantRun
{
    private const int DefaultCount = 3_000, Seed = 20_261_126;
    private const long SpareBytes = 64L << 20;
    private static readonly TimeSpan PerFile = TimeSpan.FromSeconds(2);

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("SAESHARP_MUTANTS"), CultureInfo.InvariantCulture, out var count) ? count : DefaultCount;

    /// <param name="ending">What the file's name ends with.</param>
    /// <param name="make">Makes a mutant.</param>
    /// <param name="loads">Reads all of a file: true where it loads, false where it is refused by a typed error that names it.</param>
    public static async Task RequireTyped(string ending, Func<Random, Mutator, byte[]> make, Func<string, bool> loads)
    {
        // In a thread of its own, so that a hang fails this test and not the whole run.
        var run = Task.Factory.StartNew(() => Run(ending, make, loads), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var (accepted, refused) = await run.WaitAsync(TimeSpan.FromMinutes(3 + Count / 1_000), TestContext.Current.CancellationToken);
        Assert.Equal(Count, accepted + refused);
        Assert.True(refused > Count / 3, $"the mutants test nothing: {accepted} load, {refused} are refused");
    }

    private static (int Accepted, int Refused) Run(string ending, Func<Random, Mutator, byte[]> make, Func<string, bool> loads)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(Seed);
        var mutator = new Mutator(random);
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var mutant = make(random, mutator);
            var path = folder.Write("mutant" + ending, mutant);
            var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            var isSound = false;
            try
            {
                isSound = loads(path);
                clock.Stop();
            }
            catch (Exception error)
            {
                Assert.Fail($"mutant {i} ({Convert.ToBase64String(mutant[..Math.Min(mutant.Length, 4_000)])}): {error}");
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < mutant.Length + SpareBytes, $"mutant {i} takes too much memory");
            // What hangs or crawls does so each time; a machine that was busy elsewhere does not.
            for (var again = 0; clock.Elapsed >= PerFile && again < 2; again++)
            {
                clock.Restart();
                loads(path);
                clock.Stop();
            }
            Assert.True(clock.Elapsed < PerFile, $"mutant {i} takes {clock.Elapsed}, three times");
            if (isSound) accepted++;
            else refused++;
        }
        return (accepted, refused);
    }
}
