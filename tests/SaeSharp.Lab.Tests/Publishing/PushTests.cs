using System.Text;
using System.Text.Json.Nodes;
using SaeSharp.Models.Hub;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Lab.Tests.Publishing;

public class PushTests
{
    private const string Sae = "gpt2-small-res-jb/blocks.8.hook_resid_pre", Folder = "blocks.8.hook_resid_pre";

    [Fact]
    public async Task What_is_pushed_can_be_pulled_and_is_the_same_sae()
    {
        await using var place = await WithSae();
        var pushed = await place.Workspace.Push(new() { Sae = Sae, Repository = "me/my-saes", Private = true, Model = "openai-community/gpt2" });
        Assert.Equal((FakeHub.Commit, $"me/my-saes/{Folder}"), (pushed.Commit, pushed.Name));
        Assert.Contains("\"private\":true", Encoding.UTF8.GetString(place.Hub.Requests.Single(request => request.Path == "/api/repos/create").Body), StringComparison.Ordinal);

        foreach (var line in Assert.Single(place.Hub.Commits).Skip(1).Select(line => JsonNode.Parse(line)!))
        {
            var value = line["value"]!;
            var content = line["key"]!.GetValue<string>() == "file" ? Convert.FromBase64String(value["content"]!.GetValue<string>()) : place.Hub.Stored[value["oid"]!.GetValue<string>()];
            place.Hub.Add("models/me/my-saes", value["path"]!.GetValue<string>(), content);
        }
        await place.Workspace.Pull(new() { Target = "me/my-saes" });
        var (before, after) = ((await place.Workspace.Info(new() { Target = Sae })).Sae!, (await place.Workspace.Info(new() { Target = "me/my-saes" })).Sae!);
        Assert.Equal((before.DSae, before.Hook, "openai-community/gpt2", before.Processing), (after.DSae, after.Hook, after.Model, after.Processing));
    }

    [Fact]
    public async Task The_card_says_what_it_is_and_how_to_load_it()
    {
        await using var place = await WithSae();
        var asked = place.Hub.Requests.Count;
        var plan = await place.Workspace.Push(new() { Sae = Sae, Repository = "me/my-saes", DryRun = true });
        Assert.Equal([$"{Folder}/cfg.json", $"{Folder}/sae_weights.safetensors", "README.md"], plan.Files.Select(file => file.Path));
        Assert.Equal(asked, place.Hub.Requests.Count);
        foreach (var words in new[] { "`gpt2-small`", "blocks.8.hook_resid_pre", "writing weights centred", "sae pull me/my-saes/", "SAE.from_pretrained(\"me/my-saes\", \"blocks.8.hook_resid_pre\")", "not measured" })
            Assert.Contains(words, plan.Card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_there_is_not_written_over()
    {
        await using var place = await WithSae();
        place.Hub.Add("models/me/my-saes", "README.md", "my own words");
        Assert.Contains($"{Folder}/README.md", (await place.Workspace.Push(new() { Sae = Sae, Repository = "me/my-saes" })).Files.Select(file => file.Path));
    }

    [Fact]
    public async Task A_hub_that_does_not_say_whether_there_is_a_card_is_sent_none()
    {
        await using var place = await WithSae();
        place.Hub.Add("models/me/my-saes", "README.md", "my own words").Once("api/models/me/my-saes", _ => new(503) { Headers = { ["Retry-After"] = "3600" } });
        await Assert.ThrowsAsync<HubException>(() => place.Workspace.Push(new() { Sae = Sae, Repository = "me/my-saes" }));
        Assert.Empty(place.Hub.Commits);
    }

    [Fact]
    public async Task A_repository_without_an_owner_is_refused_before_anything_is_sent()
    {
        await using var place = await WithSae();
        Assert.Contains("OWNER/NAME", (await Assert.ThrowsAsync<LabException>(() => place.Workspace.Push(new() { Sae = Sae, Repository = "my-saes", DryRun = true }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_private_does_not_go_into_a_public_repository()
    {
        await using var place = await WithSae();
        place.Hub.Add("models/me/my-saes", "README.md", "public").Once("repos/create", _ => new(409) { Body = "{}"u8.ToArray() }, "POST");
        await Assert.ThrowsAsync<LabException>(() => place.Workspace.Push(new() { Sae = Sae, Repository = "me/my-saes", Private = true }));
        Assert.Empty(place.Hub.Commits);
        Assert.Empty(place.Hub.Stored);
    }

    [Fact]
    public async Task Without_a_token_the_error_says_what_to_set()
    {
        await using var place = await WithSae();
        using var anonymous = Workspace.Open(place["home"], 1, new HubOptions { Endpoint = place.Hub.Url, CacheFolder = place["hub"] });
        Assert.Contains("HF_TOKEN", (await Assert.ThrowsAsync<HubException>(() => anonymous.Push(new() { Sae = Sae, Repository = "me/my-saes" }))).Hint, StringComparison.Ordinal);
        Assert.Empty(place.Hub.Commits);
    }

    private static async Task<HubWorkspace> WithSae()
    {
        var place = new HubWorkspace().AddSae(HubWorkspace.Gpt2Saes, Folder);
        await place.Workspace.Pull(new() { Target = Sae });
        return place;
    }
}
