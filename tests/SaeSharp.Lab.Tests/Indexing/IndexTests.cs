using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Tests.Indexing;

[Collection(typeof(TinyWorkspaceTests))]
public class IndexTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task The_files_do_not_depend_on_the_batches()
    {
        var request = new IndexRequest { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 3000, Seed = 5 };
        var small = await Files(request with { Batch = 100 });
        var large = await Files(request with { Batch = 5000 });
        Assert.NotEmpty(small);
        Assert.Equal(small, large);
    }

    [Fact]
    public async Task Every_feature_of_the_list_has_the_counts_of_its_page()
    {
        var list = await tiny.Workspace.Features(new() { Sae = TinyWorkspace.Sae, Order = FeatureOrder.Density, Take = 5 });
        foreach (var summary in list.Features)
        {
            var page = await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = summary.Feature });
            Assert.Equal((summary.Fired, summary.Max), (page.Fired, page.Max));
            Assert.Equal(page.Fired, page.Histogram.Sum(bin => bin.Count));
            Assert.Equal(page.Fired, page.Intervals.Sum(interval => interval.Count));
            Assert.Equal(page.Max, page.TopExamples[0].Value);
            Assert.Equal(10, page.Neighbours.Count);
            Assert.DoesNotContain(page.Neighbours, near => near.Feature == summary.Feature);
        }
        Assert.Equal(96, list.Count);
    }

    [Fact]
    public async Task An_index_of_other_weights_is_not_used()
    {
        var error = await Assert.ThrowsAnyAsync<SaeSharpException>(() => tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Later, Feature = 0 }));
        Assert.Contains("no feature index", error.Message, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, string>> Files(IndexRequest request)
    {
        var result = await tiny.Workspace.Index(request);
        return Directory.EnumerateFiles(result.Saes[0].Index.Path, "*.parquet").ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
    }
}
