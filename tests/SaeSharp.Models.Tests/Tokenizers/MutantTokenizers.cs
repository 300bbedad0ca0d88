using System.Diagnostics;
using System.Globalization;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>A damaged tokenizer.json is refused with its name or read, in little memory; it never fails in another way. SAESHARP_MUTANTS=N tries N of each fixture.</summary>
public class MutantTokenizers
{
    private const long FreeBytes = 64L << 20;
    private const string Text = "Hello 😀 wörd\u0301 <s> the\n\nand 12 東京";

    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("SAESHARP_MUTANTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 800;

    public static TheoryData<string> Names => ["byte-fallback", "byte-level", "unigram", "word-piece"];

    [Theory, MemberData(nameof(Names))]
    public void A_mutant_is_refused_by_name_or_read(string name)
    {
        var mutants = new JsonMutants(File.ReadAllBytes(Path.Combine(Fixtures.Folder(name), "tokenizer.json")), seed: 4);
        using var folder = new TemporaryFolder();
        for (var i = 0; i < Count; i++) Try(mutants.Next(), folder, $"{name}, mutant {i}");
    }

    /// <summary>Mutants that another program has written: every file of the folder that SAESHARP_MUTANT_FOLDER names.</summary>
    [Fact]
    public void A_mutant_of_a_folder_is_refused_by_name_or_read()
    {
        var from = Environment.GetEnvironmentVariable("SAESHARP_MUTANT_FOLDER");
        Assert.SkipUnless(from is not null, "SAESHARP_MUTANT_FOLDER names no folder.");
        using var folder = new TemporaryFolder();
        var slowest = TimeSpan.Zero;
        var (loaded, files) = (0, Directory.GetFiles(from!).Where(file => !file.EndsWith("mutants.json", StringComparison.Ordinal)).Order().ToList());
        foreach (var file in files)
        {
            var clock = Stopwatch.StartNew();
            if (Try(File.ReadAllBytes(file), folder, file)) loaded++;
            if (clock.Elapsed > slowest) slowest = clock.Elapsed;
        }
        TestContext.Current.SendDiagnosticMessage($"{files.Count} mutants, {loaded} loaded, the slowest took {slowest.TotalSeconds:F2} s");
    }

    private static bool Try(byte[] bytes, TemporaryFolder folder, string what)
    {
        var file = folder.Write("tokenizer.json", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var loads = false;
        try
        {
            var tokenizer = Tokenizer.Load(file);
            loads = true;
            CheckMemory();
            _ = tokenizer.Decode(tokenizer.Encode(Text).Ids);
        }
        catch (SaeSharpException error)
        {
            if (loads) return true;
            Assert.True(error is FileException refusal && refusal.File == file, $"{what}: {error.Message}");
            CheckMemory();
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException) { Assert.Fail($"{what}: {error}"); }
        return loads;

        // Of reading; a text may grow as long as the file's own replacements make it.
        void CheckMemory()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= FreeBytes + bytes.Length, $"{what}: {allocated} bytes allocated for a file of {bytes.Length}");
        }
    }
}
