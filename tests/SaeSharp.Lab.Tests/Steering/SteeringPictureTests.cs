using System.Xml.Linq;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Tests.Steering;

[Collection(typeof(TinyWorkspaceTests))]
public class SteeringPictureTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task Every_layer_and_followed_feature_has_a_cell_for_every_token_whatever_the_tokens_are()
    {
        var result = await tiny.Workspace.Steer(new() { Model = TinyWorkspace.Model, Prompt = "<b>&\u202e\u0007 \"hen\"", MaxTokens = 60, IgnoreEos = true, Features = [$"{TinyWorkspace.Sae}:3=8"], Saes = [TinyWorkspace.Sae, TinyWorkspace.Later], Twins = true });
        var svg = XDocument.Parse(SteeringPicture.Svg(result));
        XNamespace of = "http://www.w3.org/2000/svg";
        var rows = result.Layers.Count + result.Layers.Sum(layer => layer.Steered.Count);

        Assert.Equal(rows * result.ReadBack.Count, svg.Descendants(of + "rect").Count(rect => rect.Attribute("fill-opacity") is not null));
        Assert.DoesNotContain('\u202e', svg.ToString());
        Assert.Contains(svg.Descendants(of + "rect"), rect => rect.Attribute("fill-opacity")?.Value == "1");
    }

    [Fact]
    public async Task The_picture_is_written_by_its_ending()
    {
        var file = Path.Combine(tiny.Home, "steer.svg");
        await tiny.Workspace.Steer(new() { Model = TinyWorkspace.Model, Prompt = "a hen", MaxTokens = 2, Features = [$"{TinyWorkspace.Sae}:3=8"], Out = file });

        Assert.Equal("svg", XDocument.Load(file).Root!.Name.LocalName);
    }
}
