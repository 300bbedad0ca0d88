namespace SaeSharp.Lab.Tests.Reading;

public sealed class ContinuationTests
{
    [Fact]
    public async Task A_continuation_begins_with_the_space_that_parts_it_from_the_prompt()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var folder = new TemporaryFolder();
        using var workspace = Workspace.Open(folder.Path, threads: 1);
        var written = await workspace.Generate(new() { Model = SharedFiles.Data("tinystories-656k"), Prompt = "There was", MaxTokens = 3, Temperature = 0 }, cancel: TestContext.Current.CancellationToken);
        Assert.StartsWith(" an", written.Text);
    }
}
