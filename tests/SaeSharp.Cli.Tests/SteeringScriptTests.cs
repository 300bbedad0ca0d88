using System.CommandLine;
using System.Text.Json;
using SaeSharp.Cli.Binding;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Tests;

/// <summary>A command line that steering writes is read back as the request it was written from.</summary>
[Collection(typeof(TinyHomeTests))]
public class SteeringScriptTests(TinyHome home)
{
    public static TheoryData<SteerRequest> Requests => new()
    {
        new SteerRequest { Model = "m", Prompt = "it's a \"prompt\" with $HOME `x` \\ and é", Features = ["a/b:1=0.1", "a/b:2@0..3=0..8"] },
        new SteerRequest
        {
            Model = "m n", Ids = [1, 2, 3], Features = ["a:1=-2.5e-07"], Op = EditOp.Minimum, Positions = EditPositions.Of([2, 5]), When = "a:3>0.5", Reach = ConditionReach.Since, Toward = ["one", "two three"], From = ["-four"],
            Hooks = ["blocks.1.hook_resid_post"], Times = -0.5, Follow = ["a:9"], Twins = true, Words = ["sea", " ship"], Saes = ["a"], Top = 3, Controls = 2, Instead = "speak of the sea", MaxTokens = 7, Temperature = 0.7, TopK = 5, TopP = 0.9, Seed = 4,
            IgnoreEos = true, NoSpecial = true,
        },
        new SteerRequest { Model = "m", Prompt = "hi", Chat = true, System = "be 'kind'", Turns = ["hello", "how are you?"], NoGenerationPrompt = true, ControlTokens = true, ChatVariables = ["enable_thinking=false"], Features = ["a:1=1"], Positions = EditPositions.Last },
    };

    [Theory, MemberData(nameof(Requests))]
    public void Its_words_are_those_of_the_request(SteerRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var command = new Command("steer");
        var options = new RequestOptions<SteerRequest>(["Model", "Prompt?"]);
        options.AddTo(command);
        var parsed = command.Parse(Words(SteeringExport.CommandLine(request))[2..]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(JsonSerializer.Serialize(request, LabJson.Options), JsonSerializer.Serialize(options.Bind(parsed), LabJson.Options));
    }

    [Fact]
    public async Task A_sweep_tells_which_pushes_act()
    {
        var (exit, output, error) = await CommandLine.Run(home.Folder, "steer", CommandLine.Model, "Once upon a time", "--feature", $"{TinyHome.Sae}:3", "--sweep", "2,4", "--sweep-layers", "all", "--max-tokens", "4", "--json");
        Assert.True(exit == 0, error);
        var result = JsonSerializer.Deserialize<SweepResult>(output, LabJson.Options)!;
        Assert.Equal((3, 2), (result.Layers.Count, result.Layers[0].Cells.Count));
    }

    /// <summary>What a POSIX shell makes of words in single quotes, and of \' between them.</summary>
    private static List<string> Words(string line)
    {
        var (words, word, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\'') quoted = !quoted;
            else if (line[i] == '\\' && !quoted) word.Append(line[++i]);
            else if (line[i] == ' ' && !quoted)
            {
                words.Add(word.ToString());
                word.Clear();
            }
            else word.Append(line[i]);
        }
        words.Add(word.ToString());
        return words;
    }
}
