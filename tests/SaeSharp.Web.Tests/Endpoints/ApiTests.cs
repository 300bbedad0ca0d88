using System.Net;
using System.Text;
using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Web.Tests.Endpoints;

public sealed class ApiTests(Workbench workbench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_answers_with_the_record_that_the_library_returns()
    {
        var answer = await Post("/api/read", JsonSerializer.Serialize(new ReadRequest { Model = workbench.Model, Prompt = Workbench.Prompt }, LabJson.Options));
        var read = JsonSerializer.Deserialize<ReadResult>(answer.Body, LabJson.Options)!;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(workbench.Saes, read.Layers.Select(layer => layer.Sae));
    }

    [Fact]
    public async Task Steering_answers_with_both_texts()
    {
        var body = $$"""{"model":{{JsonSerializer.Serialize(workbench.Model)}},"prompt":"a cat","features":["{{workbench.Saes[0]}}:1=4"],"maxTokens":3}""";
        var answer = await Post("/api/steer", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(JsonDocument.Parse(answer.Body).RootElement.TryGetProperty("after", out _));
    }

    [Fact]
    public async Task Contrast_answers_with_the_record_that_the_library_returns()
    {
        var body = JsonSerializer.Serialize(new ContrastRequest { Model = workbench.Model, PromptsA = ["a red cat", "a red dog", "a red hen"], PromptsB = ["the sun", "a day", "the time"], Shuffles = 100 }, LabJson.Options);
        var answer = await Post("/api/contrast", body);
        var result = JsonSerializer.Deserialize<ContrastResult>(answer.Body, LabJson.Options)!;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(workbench.Saes, result.Layers.Select(layer => layer.Sae));
        Assert.NotNull(result.Bundle);
    }

    [Fact]
    public async Task A_sweep_answers_with_a_row_for_each_layer()
    {
        var body = $$"""{"model":{{JsonSerializer.Serialize(workbench.Model)}},"prompt":"a cat","feature":"{{workbench.Saes[0]}}:1","coefficients":[2,4],"layers":"all","maxTokens":3}""";
        var answer = await Post("/api/sweep", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(3, JsonDocument.Parse(answer.Body).RootElement.GetProperty("layers").GetArrayLength());
    }

    [Fact]
    public async Task Search_answers_with_the_record_that_the_library_returns()
    {
        var body = JsonSerializer.Serialize(new SearchRequest { Model = workbench.Model, Text = [Workbench.Prompt] }, LabJson.Options);
        var answer = await Post("/api/search", body);
        var result = JsonSerializer.Deserialize<SearchResult>(answer.Body, LabJson.Options)!;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(workbench.Saes, result.Saes);
        Assert.NotEmpty(result.Features);
    }

    [Fact]
    public async Task A_name_that_is_posted_is_listed_until_it_is_removed()
    {
        Assert.Equal(HttpStatusCode.OK, (await Post("/api/label", $$"""{"sae":"{{workbench.Saes[0]}}","feature":9,"label":"nine","note":"a note"}""")).Status);
        using var client = workbench.Client();
        Assert.Contains("\"nine\"", await client.GetStringAsync(new Uri("/api/labels", UriKind.Relative), Cancel), StringComparison.Ordinal);
        await Post("/api/label", $$"""{"sae":"{{workbench.Saes[0]}}","feature":9,"label":"","note":""}""");
        Assert.DoesNotContain("\"nine\"", await client.GetStringAsync(new Uri("/api/labels", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_an_sae_says_how_to_compare_its_codes_until_they_were_compared()
    {
        using var client = workbench.Client();
        Assert.Equal(HttpStatusCode.NoContent, (await client.GetAsync($"/api/code-comparison?sae={workbench.Saes[0]}", Cancel)).StatusCode);
        Assert.Contains("sae code --compare --sae tiny/blocks.0.hook_resid_post", await client.GetStringAsync("/model/tiny~blocks.0.hook_resid_post", Cancel), StringComparison.Ordinal);

        var result = await workbench.Compare(workbench.Saes[1]);
        var kept = JsonSerializer.Deserialize<CompareCodesResult>(await client.GetStringAsync($"/api/code-comparison?sae={workbench.Saes[1]}", Cancel), LabJson.Options)!;
        var page = await client.GetStringAsync("/model/tiny~blocks.2.hook_resid_post", Cancel);

        Assert.Equal(JsonSerializer.Serialize(result, LabJson.Options), JsonSerializer.Serialize(kept, LabJson.Options));
        Assert.Contains("encoder, one pass", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sae code --compare", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","features":["tiny/blocks.0.hook_resid_post:1=1"],"out":"/tmp/x.csv"}""", 400)]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","features":["tiny/blocks.0.hook_resid_post:1=1"],"follow":["../x:1"]}""", 400)]
    [InlineData("/api/sweep", """{"model":"MODEL","prompt":"a","feature":"../x:1"}""", 400)]
    [InlineData("/api/sweep", """{"model":"MODEL","prompt":"a","feature":"tiny/blocks.0.hook_resid_post:1","layers":"x"}""", 400)]
    [InlineData("/api/sweep", """{"model":"MODEL","prompt":"a","feature":"tiny/blocks.0.hook_resid_post:1","maxTokens":100000}""", 400)]
    [InlineData("/api/search", """{"model":"/etc","text":["a"]}""", 400)]
    [InlineData("/api/search", """{"like":"../../etc:1"}""", 400)]
    [InlineData("/api/search", """{"label":"a","top":1000000}""", 400)]
    [InlineData("/api/search", """{}""", 400)]
    [InlineData("/api/label", """{"sae":"../x","feature":1,"label":"a"}""", 400)]
    [InlineData("/api/label", """{"label":"a"}""", 400)]
    [InlineData("/api/label", """{"sae":"tiny/blocks.0.hook_resid_post","feature":99999,"label":"a"}""", 400)]
    [InlineData("/api/contrast", """{"model":"MODEL","a":"/etc/passwd","promptsB":["a","b"]}""", 400)]
    [InlineData("/api/contrast", """{"model":"MODEL","promptsA":["a","b"],"promptsB":["a","b"],"bundleOut":"/tmp/x"}""", 400)]
    [InlineData("/api/contrast", """{"model":"MODEL","promptsA":["a"],"promptsB":["b"]}""", 400)]
    [InlineData("/api/contrast", """{"model":"/etc","promptsA":["a","b"],"promptsB":["a","b"]}""", 400)]
    [InlineData("/api/contrast", """{"model":"MODEL","promptsA":["a","b"],"promptsB":["a","b"],"bundleSae":"../x"}""", 400)]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","features":["tiny/blocks.0.hook_resid_post:1=1"],"controls":100000}""", 400)]
    [InlineData("/api/read", """{"model":"/etc","prompt":"a"}""", 400)]
    [InlineData("/api/read", """{"model":"MODEL","prompt":"a","saes":["../../etc"]}""", 400)]
    [InlineData("/api/read", """{"model":"MODEL","prompt":"a","follow":["tiny/blocks.0.hook_resid_post:99999999"]}""", 400)]
    [InlineData("/api/read", """{"model":"MODEL","prompt":"a","top":"many"}""", 400)]
    [InlineData("/api/read", """{"model":"MODEL","prompt":"a","promt":"b"}""", 400)]
    [InlineData("/api/read", """{"model":"MODEL","prompt":"a","prompt":"b"}""", 400)]
    [InlineData("/api/read", "{", 400)]
    [InlineData("/api/read", "null", 400)]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","edits":"/etc/passwd"}""", 400)]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","maxTokens":1000000}""", 400)]
    [InlineData("/api/steer", """{"model":"MODEL","prompt":"a","features":["tiny/blocks.0.hook_resid_post:1=NaN"]}""", 400)]
    public async Task A_mistake_is_a_problem_with_a_next_step(string address, string body, int status)
    {
        var answer = await Post(address, body.Replace("MODEL", workbench.Model, StringComparison.Ordinal));
        var problem = JsonDocument.Parse(answer.Body).RootElement;

        Assert.Equal(status, (int)answer.Status);
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/api/feature?sae=none&feature=1", 400), InlineData("/api/features?sae=SAE&skip=-1", 400), InlineData("/api/features?sae=SAE&take=x", 400), InlineData("/api/feature?sae=SAE&feature=128", 400)]
    [InlineData("/api/feature?feature=1", 400), InlineData("/api/nothing", 404), InlineData("/assets/nothing.js", 404), InlineData("/assets/..%2f..%2fetc%2fpasswd", 404), InlineData("/model/..%2f..%2fetc/1", 404)]
    public async Task A_wrong_address_is_a_4xx(string address, int status)
    {
        using var client = workbench.Client();
        Assert.Equal(status, (int)(await client.GetAsync(address.Replace("SAE", workbench.Saes[0], StringComparison.Ordinal), Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_form_cannot_post_to_the_api()
    {
        var answer = await Post("/api/read", """{"model":"m","prompt":"a"}""", "text/plain");
        Assert.True(answer.Status == HttpStatusCode.UnsupportedMediaType, answer.Body);
    }

    private async Task<(HttpStatusCode Status, string Body)> Post(string address, string body, string type = "application/json")
    {
        using var client = workbench.Client();
        using var content = new StringContent(body, Encoding.UTF8, type);
        var answer = await client.PostAsync(address, content, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
