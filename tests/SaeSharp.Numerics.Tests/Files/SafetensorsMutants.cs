using System.Diagnostics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>2,000 damaged and hostile files: each is refused by a typed error or loads within its bounds, quickly and in little memory.</summary>
public class SafetensorsMutants
{
    private const int Count = 2_000;
    private const int Seed = 20_261_124;
    private const long SpareBytes = 64L << 20;
    private static readonly TimeSpan PerFile = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Every_mutant_is_refused_or_sound_and_costs_little()
    {
        // In a thread of its own, so that a hang fails this test and not the whole run.
        var run = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var (accepted, refused) = await run.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        Assert.Equal(Count, accepted + refused);
        Assert.True(accepted > 0 && refused > Count / 2, $"the mutants test nothing: {accepted} accepted, {refused} refused");
    }

    private static (int Accepted, int Refused) Run()
    {
        using var folder = new TemporaryFolder();
        var mutator = new SafetensorsMutator(new Random(Seed));
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var mutant = mutator.Next();
            var path = folder.Write("mutant.safetensors", mutant);
            var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            var loads = Loads(path, mapFrom: i % 2 == 0 ? 0 : long.MaxValue);

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < mutant.Length + SpareBytes, $"mutant {i} takes too much memory");
            Assert.True(clock.Elapsed < PerFile, $"mutant {i} takes {clock.Elapsed}");
            Assert.True(loads == RawSafetensors.IsSound(mutant), $"mutant {i} {(loads ? "loads" : "is refused")}, the plain reader says otherwise: {System.Text.Encoding.Latin1.GetString(mutant)}");
            if (loads) accepted++;
            else refused++;
        }
        return (accepted, refused);
    }

    private static bool Loads(string path, long mapFrom)
    {
        try
        {
            using var file = SafetensorsFile.Open(path, mapFrom);
            RawSafetensors.Touch(file);
            return true;
        }
        catch (FileException error)
        {
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            return false;
        }
    }
}
