using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.World;

namespace SaeSharp.Lab.Tests.Demo;

public sealed class SteeredRequestTests
{
    [Fact]
    public void Prompts_end_where_the_answer_begins_and_have_no_tail()
    {
        var words = WorldGrammar.Default.Lexicon.Words;
        var requests = RequestSides.Seen(5, 20);
        Assert.Equal((20, 20), (requests.Harmful.Count, requests.Harmless.Count));
        Assert.All(requests.Harmful.Concat(requests.Harmless), ids => Assert.Equal(["assistant", ":"], ids[^2..].Select(id => words[id])));
    }

    [Fact]
    public void Requests_measured_on_are_half_unseen_pairs_and_half_unseen_ways_of_asking()
    {
        var mixed = RequestSides.Mixed(5, 10);
        Assert.Equal((10, 10), (mixed.Harmful.Count, mixed.Harmless.Count));
        Assert.NotEqual(mixed.Harmful.Select(ids => string.Join(' ', ids)), RequestSides.Seen(5, 10).Harmful.Select(ids => string.Join(' ', ids)));
    }

    [Fact]
    public void An_answer_is_told_by_its_first_word()
    {
        Assert.Equal(["sorry", "no"], Answers.Of(SteerGoal.Refusal).Select(id => WorldGrammar.Default.Lexicon.Words[id]));
        Assert.Equal(0.5, Steered.Share([[Answers.Help[1], 5], [Answers.Refusal[0]], [], [Answers.Help[0]]], SteerGoal.Help));
        Assert.Equal(0.25, Steered.Share([[Answers.Help[1], 5], [Answers.Refusal[0]], [], [Answers.Help[0]]], SteerGoal.Refusal));
    }
}
