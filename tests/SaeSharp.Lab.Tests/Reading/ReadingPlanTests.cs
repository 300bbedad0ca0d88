using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Reading;

public sealed class ReadingPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Shelves _shelves = new(Path.Combine(Path.GetTempPath(), "saesharp-none"), 1);

    public void Dispose()
    {
        _shelves.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_short_reading_is_not_announced() => Assert.False(Plan(saes: 2, dSae: 512, tokens: 20).IsLong);

    [Fact]
    public void A_long_reading_is_announced_with_time_and_memory_that_grow_with_the_SAEs()
    {
        // Only cfg.json is read, so the weights of these SAEs need not exist.
        var (some, more) = (Plan(saes: 4, dSae: 1 << 20, tokens: 64), Plan(saes: 8, dSae: 1 << 20, tokens: 64));
        Assert.True(some.IsLong);
        Assert.Matches(@"^reading 64 tokens through 4 SAEs, about [\d,]+ s and [\d.]+ GiB$", some.Text);
        var weights = 3.0 * 64 * (1 << 20) * sizeof(float);
        Assert.Equal(4 * weights, more.Bytes - some.Bytes);
        Assert.True(more.Seconds > 0);
    }

    private ReadingPlan Plan(int saes, int dSae, int tokens)
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var places = Enumerable.Range(0, saes).Select(i =>
        {
            var folder = Path.Combine(_folder.Path, $"{dSae}-{saes}-{i}");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "cfg.json"), $$"""{"architecture":"topk","d_in":64,"d_sae":{{dSae}},"k":8,"hook_name":"blocks.1.hook_resid_post"}""");
            return new Place($"{i}", folder, folder);
        });
        return ReadingPlan.Of(model, [.. places], tokens, threads: 1);
    }
}
