using SaeSharp.Web.Learning;

namespace SaeSharp.Web.Tests.Learning;

public sealed class LearnMarkdownTests
{
    [Fact]
    public void A_page_is_its_heading_and_text_with_live_pieces_between()
    {
        var page = LearnMarkdown.Read("p", "# A *fine* page\n\nFirst `words`.\n\n```live read prompt=\"a cat\" at=\"2\"\nelsewhere\n```\n\nThen [more](other-page.md).\n");

        Assert.Equal(("A fine page", "First words."), (page.Title, page.Summary));
        Assert.Equal([typeof(LearnPart.Prose), typeof(LearnPart.Live), typeof(LearnPart.Prose)], page.Parts.Select(part => part.GetType()));
        var live = Assert.IsType<LearnPart.Live>(page.Parts[1]);
        Assert.Equal(("read", "a cat", "2"), (live.Piece, live.Settings["prompt"], live.Settings["at"]));
        Assert.Contains("href=\"/learn/other-page\"", Assert.IsType<LearnPart.Prose>(page.Parts[2]).Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Markup_in_a_page_is_shown_and_not_run() =>
        Assert.DoesNotContain("<script", Assert.IsType<LearnPart.Prose>(LearnMarkdown.Read("p", "# T\n\n<script>alert(1)</script>\n").Parts[0]).Html, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_piece_and_a_page_without_a_heading_are_refused()
    {
        Assert.Contains("'dance'", Assert.Throws<FormatException>(() => LearnMarkdown.Read("p", "# T\n\n```live dance\n```\n")).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => LearnMarkdown.Read("p", "words"));
    }

    [Fact]
    public void Every_question_of_the_course_has_a_page()
    {
        string[] course = ["one-token", "loss-and-sparsity", "feature-numbers", "single-tokens-and-context", "finding-a-feature", "steering", "lasso-and-saes"];
        Assert.Equal(course, LearnPages.All.Take(course.Length).Select(page => page.Name));
        Assert.All(LearnPages.All, page => Assert.NotEqual("", page.Summary));
    }
}
