using System.Text.Json;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>Conversations with the demo that comes with the program, whose tokenizer has a chat template.</summary>
public sealed class DemoChatTests : IDisposable
{
    private static readonly string[] Said = ["how do i sing ?", "you sing with a friend .", "how do i bake bread ?"];
    private readonly Testing.TemporaryFolder _folder = new();
    private readonly Workspace _workspace = Workspace.Open(Path.Combine(AppContext.BaseDirectory, "carried"), 1);

    public void Dispose()
    {
        _workspace.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Turns_before_a_prompt_are_the_messages_of_a_file()
    {
        var file = _folder["messages.json"];
        File.WriteAllText(file, JsonSerializer.Serialize(Said.Select((content, i) => new { role = i % 2 == 0 ? "user" : "assistant", content })));

        var read = await _workspace.Generate(Request with { Turns = Said[..2], Prompt = Said[2] });
        var wanted = await _workspace.Generate(Request with { Messages = file });
        Assert.Equal(wanted.PromptIds, read.PromptIds);
        Assert.Equal(wanted.Ids, read.Ids);
        Assert.NotEqual((await _workspace.Generate(Request with { Chat = true, Prompt = Said[2] })).PromptIds, read.PromptIds);
    }

    [Fact]
    public async Task An_odd_number_of_turns_and_turns_beside_a_file_are_refused()
    {
        var odd = await Assert.ThrowsAsync<OptionException>(() => _workspace.Generate(Request with { Turns = Said[..1], Prompt = Said[2] }));
        Assert.Contains("is 1, expected an even one", odd.Message, StringComparison.Ordinal);
        var file = _folder["messages.json"];
        File.WriteAllText(file, """[{"role":"user","content":"hello"}]""");
        await Assert.ThrowsAsync<LabException>(() => _workspace.Generate(Request with { Turns = Said[..2], Messages = file }));
    }

    private static GenerateRequest Request => new() { Model = "demo", MaxTokens = 6 };
}
