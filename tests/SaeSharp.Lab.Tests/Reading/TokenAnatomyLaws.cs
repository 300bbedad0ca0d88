using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Tests.Reading;

[Collection<TinyWorkspaceTests>]
public sealed class TokenAnatomyLaws(TinyWorkspace tiny)
{
    private const string Prompt = "the little cat sat by the red door.";

    [Fact]
    public async Task The_parts_add_up_to_what_reading_reports()
    {
        var read = await tiny.Workspace.Read(new() { Model = TinyWorkspace.Model, Prompt = Prompt, Saes = [TinyWorkspace.Sae], Top = 64 });
        for (var position = 0; position < read.Tokens.Count; position++)
        {
            var parts = await tiny.Workspace.Anatomy(Request with { Position = position });
            var token = read.Layers[0].Tokens[position];

            Assert.Equal(token.Features.Select(feature => (feature.Feature, feature.Value)), parts.Features.Select(feature => (feature.Feature, feature.Value)));
            Assert.Equal(token.ErrorShare!.Value, parts.Kept[^1].ErrorShare, 1e-4);
            Assert.Equal(token.Norm, parts.Norm, 1e-6);
            Assert.Equal((token.Active, parts.Features.Count + 1), (parts.Active, parts.Kept.Count));
            // What a feature adds is as long as its value: its decoder row has length 1.
            Assert.All(parts.Features, feature => Assert.Equal(Math.Abs(feature.Value), Math.Sqrt(feature.Adds.Sum(value => value * value)), 1e-3 * Math.Max(1, Math.Abs(feature.Value))));
            var sum = parts.Base.Select((value, i) => value + parts.Features.Sum(feature => feature.Adds[i])).ToList();
            Assert.Equal(parts.Kept[^1].ErrorShare, parts.Activation.Zip(sum, (h, made) => (h - made) * (h - made)).Sum() / parts.Activation.Sum(h => h * h), 1e-6);
        }
    }

    [Fact]
    public async Task The_encoder_s_numbers_are_the_latents_and_what_is_silent_lies_below_them()
    {
        var parts = await tiny.Workspace.Anatomy(Request);

        Assert.All(parts.Features, feature => Assert.Equal(feature.Value, feature.PreActivation!.Value, 1e-3 * Math.Max(1, feature.Value)));
        Assert.Equal(8, parts.Silent.Count);
        Assert.True(parts.Silent[0].PreActivation <= parts.Features[^1].Value + 1e-4);
        Assert.Empty(parts.Silent.Select(feature => feature.Feature).Intersect(parts.Features.Select(feature => feature.Feature)));
        Assert.All(parts.Features, feature => Assert.Equal(parts.Activation.Count, feature.NonZero));
    }

    [Fact]
    public async Task A_token_that_is_not_there_is_refused()
    {
        var error = await Assert.ThrowsAsync<OptionException>(() => tiny.Workspace.Anatomy(Request with { Position = 99 }));
        Assert.Contains("no token 99", error.Message, StringComparison.Ordinal);
    }

    private static TokenAnatomyRequest Request => new() { Model = TinyWorkspace.Model, Prompt = Prompt, Sae = TinyWorkspace.Sae };
}
