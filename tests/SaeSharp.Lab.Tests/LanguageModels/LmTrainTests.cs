using SaeSharp.Lab.LanguageModels;

namespace SaeSharp.Lab.Tests.LanguageModels;

/// <summary>Language models trained on a small text.</summary>
public sealed class LmTrainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Workspace _workspace;

    public LmTrainTests() => _workspace = Workspace.Open(_folder["home"], threads: 2);

    private static LmTrainRequest Request => new()
    {
        Texts = TinyWorkspace.Corpus.Texts, Vocab = 300, DModel = 32, Layers = 2, Heads = 4, Context = 32, Batch = 4, Tokens = 30_000, Warmup = 10, Lr = 5e-3, Samples = 1, Out = "small",
    };

    public void Dispose()
    {
        _workspace.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_learns_its_texts_and_is_used_like_any_other()
    {
        var stages = new List<string>();
        var result = await _workspace.LmTrain(Request, new Listener(stages));
        Assert.InRange(result.ValidationLoss!.Value, 0.1, 0.8 * Math.Log(300));
        Assert.True(result.Curve[0].Loss > result.Curve[^1].Loss, "the validation loss did not fall");
        Assert.Equal(result.ValidationLoss.Value, result.Curve[^1].Loss, 1e-9);
        Assert.Single(result.Samples);
        Assert.Contains(stages, stage => stage.Contains("GiB", StringComparison.Ordinal)); // cost, told beforehand
        var info = await _workspace.Info(new() { Target = "small" });
        Assert.Equal(2, info.Model!.Layers);
        var written = await _workspace.Generate(new() { Model = "small", Prompt = "Once", MaxTokens = 5, IgnoreEos = true });
        Assert.Equal(5, written.Ids.Count);
        Assert.Empty(Directory.EnumerateFiles(_folder["home"], "state.safetensors", SearchOption.AllDirectories)); // checkpoints go with the end
    }

    [Fact]
    public async Task The_same_command_gives_the_same_bits_and_with_resume_the_finished_model_at_once()
    {
        var first = await _workspace.LmTrain(Request with { Tokens = 6000 });
        Assert.Equal(first, await _workspace.LmTrain(Request with { Tokens = 6000, Resume = true }) with { Curve = first.Curve, Samples = first.Samples });
        Assert.Equal(first.WeightsSha256, (await _workspace.LmTrain(Request with { Tokens = 6000, Out = "again" })).WeightsSha256);
        Assert.NotEqual(first.WeightsSha256, (await _workspace.LmTrain(Request with { Tokens = 6000, Out = "other", Seed = 1 })).WeightsSha256);
    }

    [Fact]
    public async Task A_model_can_be_trained_further()
    {
        var first = await _workspace.LmTrain(Request with { Tokens = 8000 });
        var further = await _workspace.LmTrain(Request with { From = "small", Tokens = 8000, Warmup = 5, Lr = 2e-3, Out = "further" });
        Assert.Equal(first.Parameters, further.Parameters);
        Assert.True(further.ValidationLoss < first.ValidationLoss, $"{first.ValidationLoss} became {further.ValidationLoss}");
    }

    [Fact]
    public async Task Ids_need_no_tokenizer()
    {
        File.WriteAllText(_folder["ids.json"], $"[{string.Join(',', Enumerable.Range(0, 40).Select(i => $"[{string.Join(',', Enumerable.Range(i % 5, 30))}]"))}]");
        var result = await _workspace.LmTrain(Request with { Texts = null, IdsFile = _folder["ids.json"], Vocab = 64, Tokens = 4000 });
        Assert.Empty(result.Samples);
        Assert.InRange(result.Loss, 0, Math.Log(64));
    }

    [Theory, InlineData("--vocab"), InlineData("--texts"), InlineData("--d-model"), InlineData("--context"), InlineData("vocabulary")]
    public async Task What_cannot_be_done_is_said(string about)
    {
        File.WriteAllText(_folder["ids.json"], "[[1,2,400]]");
        var request = about switch
        {
            "--vocab" => Request with { Vocab = 0, IdsFile = _folder["none.json"], Texts = null },
            "--texts" => Request with { Texts = null },
            "--d-model" => Request with { DModel = 30 },
            "--context" => Request with { Context = -1 },
            _ => Request with { Vocab = 100 },
        };
        await Assert.ThrowsAnyAsync<SaeSharpException>(() => _workspace.LmTrain(request));
    }

    private sealed class Listener(List<string> stages) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            lock (stages) stages.Add(value.Stage);
        }
    }
}
