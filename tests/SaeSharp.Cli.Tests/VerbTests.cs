using System.Text.Json;

namespace SaeSharp.Cli.Tests;

/// <summary>Each verb's JSON, and what stands on the standard output.</summary>
[Collection(typeof(TinyHomeTests))]
public class VerbTests(TinyHome home)
{
    private const string Prompt = "Once upon a time";

    [Fact]
    public async Task Info_describes_a_model_and_an_sae()
    {
        var model = (await Json("info", CommandLine.Model)).GetProperty("model");
        Assert.Equal((3, 64), (model.GetProperty("layers").GetInt32(), model.GetProperty("dModel").GetInt32()));
        Assert.Equal(96, (await Json("info", TinyHome.Sae)).GetProperty("sae").GetProperty("dSae").GetInt32());
    }

    [Fact]
    public async Task A_label_is_kept_and_searched_for()
    {
        Assert.Equal("hens", (await Json("label", TinyHome.Sae, "5", "--label", "hens", "--bookmark", "set")).GetProperty("features")[0].GetProperty("label").GetString());
        var found = await Json("search", "--label", "hen", "--bookmarked");
        Assert.Equal(("label", 5), (found.GetProperty("by").GetString(), found.GetProperty("features")[0].GetProperty("feature").GetInt32()));
        Assert.NotEqual(0, (await Json("search", "--text", Prompt, "the end", "--model", CommandLine.Model, "--share", "0.5", "--layers", "1")).GetProperty("features").GetArrayLength());
        Assert.Contains("hens", await Output("feature", TinyHome.Sae, "5"), StringComparison.Ordinal);
        Assert.Empty((await Json("label", TinyHome.Sae, "5", "--label", "", "--bookmark", "remove")).GetProperty("features")[0].GetProperty("label").GetString() ?? "");
    }

    [Fact]
    public async Task A_name_is_voted_on_and_features_are_kept_in_lists()
    {
        await Json("label", TinyHome.Sae, "6", "--label", "=hens");
        Assert.Equal((1, "up"), (await Json("vote", TinyHome.Sae, "6", "--vote", "up")).GetProperty("labels")[0] is var label ? (label.GetProperty("up").GetInt32(), label.GetProperty("own").GetString()) : default);
        Assert.Equal(["name", "fits", "does not", "you say", "=hens", "0", "0", "–"], (await Output("vote", TinyHome.Sae, "6", "--vote", "none")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is [var a, var b, .. var rest] ? [a, b, $"{rest[0]} {rest[1]}", $"{rest[2]} {rest[3]}", .. rest[4..]] : []);
        await Output("list", "birds", "--add", $"{TinyHome.Sae}:6", $"{TinyHome.Sae}:7");
        await Output("list", "birds", "--add", $"{TinyHome.Sae}:7", "--at", "1");
        Assert.Equal($"place,sae,feature,label\n1,{TinyHome.Sae},7,\n2,{TinyHome.Sae},6,'=hens\n", await Output("list", "birds", "--csv"));
        Assert.Equal("birds", (await Json("list")).GetProperty("lists")[0].GetProperty("name").GetString());
        Assert.Equal(0, (await Json("list", "birds", "--delete")).GetProperty("lists").GetArrayLength());
        await Json("label", TinyHome.Sae, "6", "--label", "");
    }

    [Fact]
    public async Task Synth_scores_what_it_trained_against_known_features()
    {
        var result = await Json("synth", "--size", "small", "--recipe", "ours", "--samples", "2560", "--points", "1", "--eval-samples", "500", "--d-sae", "64", "--k", "4");
        Assert.Equal((2048, 64), (result.GetProperty("features").GetInt32(), result.GetProperty("dSae").GetInt32()));
        Assert.InRange(result.GetProperty("curve")[0].GetProperty("mcc").GetDouble(), 0.01, 1);
    }

    [Fact]
    public async Task Tokens_gives_a_line_a_text_and_decodes_it_again()
    {
        var texts = Temporary("texts.txt", "Once upon a time\nthe round hen\n");
        var lines = (await Output("tokens", CommandLine.Model, "--texts", texts, "--json")).Trim().Split('\n');
        Assert.Equal(2, lines.Length);
        var first = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(["ids", "tokens", "offsets"], first.EnumerateObject().Select(property => property.Name));

        var ids = Temporary("ids.json", $"[{first.GetProperty("ids").GetRawText()}]");
        Assert.Equal("{\"text\":\"Once upon a time\"}", (await Output("tokens", CommandLine.Model, "--ids-file", ids, "--json")).Trim());
    }

    [Fact]
    public async Task Generate_goes_on_from_a_text_as_from_its_ids()
    {
        var text = await Json("generate", CommandLine.Model, Prompt, "--max-tokens", "5", "--ignore-eos");
        var promptIds = string.Join(',', text.GetProperty("promptIds").EnumerateArray());
        var ids = await Json("generate", CommandLine.Model, "--ids", promptIds, "--max-tokens", "5", "--ignore-eos");
        Assert.Equal(5, text.GetProperty("ids").GetArrayLength());
        Assert.Equal(text.GetProperty("ids").GetRawText(), ids.GetProperty("ids").GetRawText());
    }

    [Fact]
    public async Task A_chat_is_read_through_the_model_s_template()
    {
        var model = Path.Combine(home.Folder, "chat-model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(CommandLine.Model)) File.Copy(file, Path.Combine(model, Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), "{% for m in messages %}<|endoftext|>{{ m.role }}: {{ m.content }}{% endfor %}{% if add_generation_prompt %}<|endoftext|>assistant:{% endif %}");

        var tokens = JsonDocument.Parse(await Output("tokens", model, "Hi <|endoftext|>", "--chat", "--json")).RootElement;
        Assert.Equal("<|endoftext|>user: Hi <|endoftext|><|endoftext|>assistant:", tokens.GetProperty("promptText").GetString());
        Assert.Equal(2, tokens.GetProperty("ids").EnumerateArray().Count(id => id.GetInt32() == 0)); // the message's own is text
        var messages = Temporary("chat.json", """[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]""");
        var generated = await Json("generate", model, "--messages", messages, "--no-generation-prompt", "--max-tokens", "2", "--ignore-eos");
        Assert.Equal("<|endoftext|>system: Be brief.<|endoftext|>user: Hi", generated.GetProperty("promptText").GetString());
        var same = await Json("generate", model, "Hi", "--system", "Be brief.", "--no-generation-prompt", "--max-tokens", "2", "--ignore-eos");
        Assert.Equal(generated.GetProperty("promptIds").GetRawText(), same.GetProperty("promptIds").GetRawText());
    }

    [Fact]
    public async Task Exported_activations_are_what_encode_reads()
    {
        var (file, codes) = (Path.Combine(home.Folder, "x.safetensors"), Path.Combine(home.Folder, "codes.safetensors"));
        var exported = await Json("activations", CommandLine.Model, "--text", Prompt, "--hook", "blocks.1.hook_resid_post", "hook_embed", "--logits", "--out", file);
        Assert.Equal(["0.hook_embed", "0.blocks.1.hook_resid_post", "0.logits", "0.ids"], exported.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString()));
        var encoded = await Json("encode", TinyHome.Sae, "--input", file, "--tensor", "0.blocks.1.hook_resid_post", "--out", codes);
        Assert.Equal(6, encoded.GetProperty("l0").GetDouble());
        Assert.True(File.Exists(codes));
    }

    [Fact]
    public async Task Eval_prints_every_metric_of_the_contract()
    {
        var result = await Json("eval", TinyHome.Sae, "--texts", CommandLine.Texts, "--context", "64", "--tokens", "500");
        foreach (var name in (string[])["l0", "l1", "mse", "fvu", "explainedVariance", "cosine", "ceOriginal", "ceSpliced", "ceZero", "ceMean", "ceRecovered", "ceRecoveredMean", "kl", "deadFraction", "denseFraction", "shrinkage", "tokens"])
            Assert.True(result.GetProperty(name).ValueKind == JsonValueKind.Number || result.GetProperty("reasons").TryGetProperty(name, out _), name);
        Assert.Equal(500, result.GetProperty("tokens").GetInt64());
    }

    [Fact]
    public async Task Feature_read_and_steer_speak_of_the_same_feature()
    {
        var read = await Json("read", CommandLine.Model, Prompt, "--sae", TinyHome.Sae);
        var feature = read.GetProperty("layers")[0].GetProperty("tokens")[5].GetProperty("features")[0].GetProperty("feature").GetInt32();
        var page = await Json("feature", TinyHome.Sae, $"{feature}");
        var steered = (await Json("steer", CommandLine.Model, Prompt, "--feature", $"{TinyHome.Sae}:{feature}=0.5max", "--max-tokens", "4")).GetProperty("features")[0];
        Assert.Equal(page.GetProperty("max").GetDouble(), steered.GetProperty("indexMax").GetDouble());
        Assert.Equal(0.5, steered.GetProperty("ofIndexMax").GetDouble(), 1e-9);
        Assert.Equal("add", steered.GetProperty("op").GetString());
        Assert.Equal("1..", steered.GetProperty("positions").GetString());
    }

    [Fact]
    public async Task Contrast_ranks_features_and_writes_a_bundle_that_steer_takes_beside_controls()
    {
        var (a, b) = (Temporary("a.txt", "a red cat\na red dog\na red hen\na red cow\n"), Temporary("b.txt", "the sun\nthe rain\nthe night\nthe day\n"));
        var bundle = Path.Combine(home.Folder, "bundle.json");
        var result = await Json("contrast", CommandLine.Model, "--a", a, "--b", b, "--sae", TinyHome.Sae, "--pooling", "mean", "--at=-2..-1", "--shuffles", "100", "--top", "3", "--bundle", "2", "--toward", "b", "--bundle-out", bundle);
        Assert.Equal((4, 4, 3), (result.GetProperty("promptsA").GetInt32(), result.GetProperty("promptsB").GetInt32(), result.GetProperty("higherInA").GetArrayLength()));
        Assert.Equal(TinyHome.Sae, result.GetProperty("higherInA")[0].GetProperty("sae").GetString());
        var steered = await Json("steer", CommandLine.Model, Prompt, "--edits", bundle, "--controls", "2", "--max-tokens", "3");
        Assert.Equal(2, steered.GetProperty("features").GetArrayLength());
        Assert.Equal(["opposite", "feature", "feature", "direction", "direction"], steered.GetProperty("controls").EnumerateArray().Select(control => control.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("info")]
    [InlineData("feature")]
    [InlineData("read")]
    [InlineData("contrast")]
    [InlineData("steer")]
    public async Task People_get_text_without_control_characters(string verb)
    {
        string[] args = verb switch
        {
            "info" => ["info", TinyHome.Sae],
            "feature" => ["feature", TinyHome.Sae, "1"],
            "read" => ["read", CommandLine.Model, "Once\u001b[31m upon", "--sae", TinyHome.Sae],
            "contrast" => ["contrast", CommandLine.Model, "--prompt-a", "Once\u001b[31m upon", "a cat", "--prompt-b", "the sun", "the day", "--shuffles", "100"],
            _ => ["steer", CommandLine.Model, "Once\u001b[31m upon", "--feature", $"{TinyHome.Sae}:1=5", "--max-tokens", "4", "--controls", "1"],
        };
        var output = await Output(args);
        Assert.NotEmpty(output);
        Assert.DoesNotContain(output, letter => char.IsControl(letter) && letter is not ('\n' or '\r'));
    }

    [Fact]
    public async Task Try_without_arguments_trains_and_indexes_the_sample()
    {
        var folder = Path.Combine(home.Folder, "try");
        var (exit, output, error) = await CommandLine.Run(folder, "try", "--tokens", "4000", "--no-serve", "--json");
        Assert.True(exit == 0, error);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(3, result.GetProperty("indexes").GetArrayLength());
        Assert.All(result.GetProperty("indexes").EnumerateArray(), index => Assert.True(index.GetProperty("alive").GetInt32() > 0));
    }

    private async Task<string> Output(params string[] args)
    {
        var (exit, output, error) = await CommandLine.Run(home.Folder, args);
        Assert.True(exit == 0, error);
        return output;
    }

    private async Task<JsonElement> Json(params string[] args) => JsonDocument.Parse(await Output([.. args, "--json"])).RootElement;

    private string Temporary(string name, string content)
    {
        var path = Path.Combine(home.Folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
