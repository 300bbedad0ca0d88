using SaeSharp.Models.Hub;

namespace SaeSharp.Models.Tests.Hub;

public class HubOptionsTests
{
    [Fact]
    public void The_variables_of_hugging_face_mean_here_what_they_mean_there()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["token"], "hf_from_file\n");
        var options = Read(("HF_HOME", folder.Path), ("HF_ENDPOINT", "https://mirror.example/hub/"), ("HF_HUB_OFFLINE", "1"));
        Assert.Equal(folder["hub"], options.CacheFolder);
        Assert.Equal("hf_from_file", options.Token);
        Assert.True(options.Offline);
        Assert.Equal("mirror.example", options.Endpoint.Host);

        options = Read(("HF_HOME", folder.Path), ("HF_TOKEN", "hf_x"), ("HF_HUB_CACHE", folder["elsewhere"]), ("HF_HUB_OFFLINE", "0"));
        Assert.Equal((folder["elsewhere"], "hf_x", false), (options.CacheFolder, options.Token, options.Offline));
        Assert.Equal("https://huggingface.co/", options.Endpoint.AbsoluteUri);
        Assert.EndsWith(Path.Combine(".cache", "huggingface", "hub"), Read().CacheFolder, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://x"), InlineData("file:///etc"), InlineData("huggingface.co"), InlineData("https://user:secret@x"), InlineData("https://x/?a=b")]
    public void An_endpoint_that_is_no_plain_web_address_is_refused(string endpoint) => Assert.Throws<OptionException>(() => Read(("HF_ENDPOINT", endpoint)));

    [Fact]
    public void A_token_is_never_shown()
    {
        Assert.DoesNotContain("hf_secret", Read(("HF_TOKEN", "hf_secret")).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("bad", Assert.Throws<OptionException>(() => Read(("HF_TOKEN", "bad\ntoken"))).Message, StringComparison.Ordinal);
    }

    private static HubOptions Read(params (string Name, string Value)[] variables) => HubOptions.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
