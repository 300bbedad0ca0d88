using System.Text;
using CsCheck;
using SaeSharp.Models.Hub;

namespace SaeSharp.Models.Tests.Hub;

/// <summary>Names are ids, never paths: what could lead out of a folder, or means something to a file system, is no name.</summary>
public class HubIdTests
{
    private static readonly string[] Hostile =
    [
        "", " ", ".", "..", "/", "\\", "~", "../x", "..\\x", "x/..", "x/../y", "/etc/passwd", "//server/share", "\\\\server\\share", "C:\\x", "C:/x", "C:x", "file:///etc/passwd",
        "https://huggingface.co/a/b", "..%2f..%2fx", "%2e%2e/x", "a%00b", "a\0b", "a/b\0", "a/b\n", "a/b ", " a/b", "a/b.", "a/.b", "./a/b", "a//b", "a/b/", "a/b/c", "a--b/c", "a/b--c",
        "a/b..c", "a/b.git", "a/b.ipynb", "-a/b", "a/-b", "a/b-", "a\\b", "a/b:stream", "a/b?x", "a/b#x", "a/b*", "a/b|c", "a/b\"", "a/<b>", "a/b\u202Egnp", "a/b\u200B", "а/b", "a/ｂ", "a/b\uD800",
        "a/b@", "a/b@..", "a/b@../x", "a/b@x/../y", "a/b@/x", "a/b@x/", "a/b@x//y", "a/b@x y", "a/b@-x", "a/b@x\\y", "a/b@x%2fy", "a/b@@x", "a/b@x.lock", "a/b@CON", "a/b@x/nul", "a/b@x\0",
    ];

    [Fact]
    public void What_could_lead_elsewhere_is_no_id()
    {
        foreach (var name in Hostile) Assert.Null(HubId.TryParse(name));
        Assert.Null(HubId.TryParse(new string('a', 4096)));
        Assert.Null(HubId.TryParse($"{new string('a', 97)}/b"));
        Assert.Throws<HubException>(() => HubId.Parse("../x"));
    }

    [Theory]
    [InlineData("gpt2", "gpt2", "main")]
    [InlineData("google/gemma-2-2b", "google/gemma-2-2b", "main")]
    [InlineData("neuronpedia/gpt2-small__res_sce-ajt", "neuronpedia/gpt2-small__res_sce-ajt", "main")]
    [InlineData("Qwen/Qwen3.5-2B@v1.0", "Qwen/Qwen3.5-2B", "v1.0")]
    [InlineData("a/b@refs/pr/1", "a/b", "refs/pr/1")]
    [InlineData("a/b@0123456789abcdef0123456789abcdef01234567", "a/b", "0123456789abcdef0123456789abcdef01234567")]
    public void Ids_of_the_hub_are_read(string text, string repository, string revision)
    {
        var id = HubId.Parse(text);
        Assert.Equal((repository, revision), (id.Repository, id.Revision));
        Assert.Equal(text, id.ToString());
    }

    [Fact]
    public void No_text_at_all_makes_a_cache_folder_outside_the_cache() => Gen.Select(Gen.Int[0, Hostile.Length - 1], Gen.Char["ab./\\@:%- ~\0"].Array[0, 12]).Sample((hostile, letters) =>
    {
        var text = letters.Length % 3 == 0 ? Hostile[hostile] + new string(letters) : new string(letters);
        if (HubId.TryParse(text) is not { } id) return;
        using var folder = new TemporaryFolder();
        var snapshot = new HubCache(folder.Path).SnapshotFolder(id, new string('0', 40));
        Assert.StartsWith(folder.Path + Path.DirectorySeparatorChar, Path.GetFullPath(snapshot), StringComparison.Ordinal);
        Assert.Equal(folder["x"][..^1].Split(Path.DirectorySeparatorChar).Length + 2, snapshot.Split(Path.DirectorySeparatorChar).Length);
        Assert.Null(new HubCache(folder.Path).Commit(id));
    }, iter: 1000);

    [Theory]
    [InlineData("../x"), InlineData("a/../../x"), InlineData("/x"), InlineData("a//x"), InlineData("a/"), InlineData(""), InlineData("."), InlineData("a\\x"), InlineData("a\0x"), InlineData("a\nx")]
    [InlineData("a/CON"), InlineData("nul.txt"), InlineData("com1"), InlineData("x."), InlineData("x "), InlineData(" x"), InlineData("a\u202Egnp.exe"), InlineData("a\uD800")]
    public void A_file_of_a_repository_cannot_lie_elsewhere(string path)
    {
        Assert.Null(HubPath.TryParse(path));
        Assert.Throws<HubException>(() => HubPath.Parse(path));
    }

    [Theory]
    [InlineData("config.json"), InlineData(".gitattributes"), InlineData("a/b c/é.txt"), InlineData("layer_12/width_16k/average_l0_82/params.npz"), InlineData("context.txt")]
    public void Files_as_repositories_have_them_are_read(string path) => Assert.Equal(path, HubPath.Parse(path).Text);

    [Fact]
    public void Very_long_names_are_refused()
    {
        Assert.Null(HubPath.TryParse(new string('a', 256)));
        Assert.Null(HubPath.TryParse(string.Join('/', Enumerable.Repeat("abc", 300))));
    }
}
