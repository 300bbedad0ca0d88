using System.Text.RegularExpressions;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace SaeSharp.Web.Learning;

/// <summary>Reads a page from Markdown. A fenced block <c>```live read prompt="..."</c> stands for something to try; what is inside it is for readers elsewhere.</summary>
internal static partial class LearnMarkdown
{
    private const string LiveInfo = "live";
    private static readonly string[] Pieces = ["read", "feature", "natural", "contrast", "steer", "train", "token", "code"];
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers().DisableHtml().Build();

    /// <exception cref="FormatException">It has no heading, or asks for a live piece that there is none of.</exception>
    public static LearnPage Read(string name, string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().Where(link => PageLink().IsMatch(link.Url ?? ""))) link.Url = $"/learn/{link.Url![..^3]}";
        var (parts, prose) = (new List<LearnPart>(), new List<Block>());
        var title = document.OfType<HeadingBlock>().FirstOrDefault(heading => heading.Level == 1) ?? throw new FormatException($"{name}.md has no heading.");
        foreach (var block in document.Where(block => block != title))
        {
            if (block is not FencedCodeBlock { Info: LiveInfo } fence)
            {
                prose.Add(block);
                continue;
            }
            Close();
            parts.Add(Live(name, fence.Arguments ?? ""));
        }
        Close();
        return new(name, Text(title), document.OfType<ParagraphBlock>().FirstOrDefault() is { } first ? Text(first) : "", parts);

        void Close()
        {
            if (prose.Count > 0) parts.Add(new LearnPart.Prose(string.Concat(prose.Select(Html))));
            prose.Clear();
        }
    }

    private static LearnPart.Live Live(string name, string arguments)
    {
        var piece = arguments.Split(' ', 2)[0];
        if (!Pieces.Contains(piece)) throw new FormatException($"{name}.md asks for a live piece '{piece}', expected one of {string.Join(", ", Pieces)}.");
        return new(piece, Setting().Matches(arguments).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value));
    }

    private static string Html(Block block) => Rendered(block, isHtml: true);

    private static string Text(LeafBlock block) => Rendered(block, isHtml: false).Trim();

    private static string Rendered(Block block, bool isHtml)
    {
        using var writer = new StringWriter();
        // What may be wider than the page scrolls, and the keyboard has to reach what scrolls.
        if (isHtml && block is CodeBlock or Markdig.Extensions.Tables.Table) block.GetAttributes().AddProperty("tabindex", "0");
        var renderer = new HtmlRenderer(writer) { EnableHtmlForBlock = isHtml, EnableHtmlForInline = isHtml, EnableHtmlEscape = isHtml };
        Pipeline.Setup(renderer);
        renderer.Write(block);
        return writer.ToString();
    }

    [GeneratedRegex("^[a-z0-9-]+\\.md$")]
    private static partial Regex PageLink();

    [GeneratedRegex("([a-z]+)=\"([^\"]*)\"")]
    private static partial Regex Setting();
}
