using System.Text.Json;
using CsCheck;
using SaeSharp.Models.Chat;
using SaeSharp.Models.Tests.Tokenizers;

namespace SaeSharp.Models.Tests.Chat;

public class ChatTemplateTests
{
    private const string Marks = "{% for m in messages %}{{ '<|' ~ m.role ~ '|>' ~ m.content ~ '<|end|>' }}{% endfor %}";

    public static TheoryData<int> Families => [.. Enumerable.Range(0, FamilyTemplates.All.Count)];

    [Theory, MemberData(nameof(Families))]
    public void Templates_in_the_manner_of_each_family_give_their_text(int index)
    {
        var (name, source, expected) = FamilyTemplates.All[index];
        Assert.Equal((name, expected), (name, Renderings.Chat(source, ("system", "Be brief."), ("user", " Hi "), ("assistant", "Hello!"), ("user", "More?")).Text));
    }

    [Theory, MemberData(nameof(Families))]
    public void Steps_grow_with_the_number_of_messages_and_not_faster(int index)
    {
        RenderedChat Of(int turns) => Renderings.Chat(FamilyTemplates.All[index].Source, [.. Enumerable.Range(0, turns).SelectMany(_ => new[] { ("user", "Hi"), ("assistant", "Hello") })]);
        var (one, two, hundred) = (Of(1).Steps, Of(2).Steps, Of(100).Steps);
        Assert.Equal(one + 99 * (two - one), hundred);
    }

    [Fact]
    public void Steps_do_not_grow_with_the_length_of_a_message() =>
        Assert.All(FamilyTemplates.All, template => Assert.Equal(Renderings.Chat(template.Source, ("user", "a")).Steps, Renderings.Chat(template.Source, ("user", new string('a', 60))).Steps));

    [Fact]
    public void The_text_remembers_which_characters_the_messages_wrote() => Gen.String[Gen.Char.AlphaNumeric, 1, 20].Array[1, 4].Sample(contents =>
    {
        foreach (var (_, source, _) in FamilyTemplates.All)
        {
            var chat = Renderings.Chat(source, [.. contents.Select((content, i) => (i % 2 == 0 ? "user" : "assistant", content))]);
            Assert.Equal(contents, chat.Content.Select(range => chat.Text[range.Start..range.End]));
        }
    }, iter: 200);

    [Theory]
    [InlineData("{{ messages[0].content | upper }}", "HI <|END|> YOU")]
    [InlineData("{{ messages[0].content | tojson }}", "\"Hi <|end|> you\"")]
    [InlineData("{{ messages[0].content.split(' ') | join('_') }}", "Hi<|end|>you")]
    [InlineData("{{ messages[0].content.replace('Hi', 'HI') }}", " <|end|> you")]
    [InlineData("{{ [messages[0].content] }}", "['Hi <|end|> you']")]
    [InlineData("{% set x %}<{{ messages[0].content[::-1] }}>{% endset %}{{ x * 1 }}", "uoy >|dne|< iH")]
    [InlineData("{{ '%s!' % messages[0].content }}", "Hi <|end|> you")]
    [InlineData("{{ '{}!'.format(messages[0].content | trim) }}", "Hi <|end|> you")]
    [InlineData("{{ messages[0].content | indent(1) | center(20) }}", "Hi <|end|> you")]
    public void Whatever_a_template_does_to_a_message_stays_the_message_s(string template, string content)
    {
        var chat = Renderings.Chat(template, ("user", "Hi <|end|> you"));
        Assert.Equal(content, string.Concat(chat.Content.Select(range => chat.Text[range.Start..range.End])));
    }

    [Fact]
    public void A_message_cannot_spell_a_control_token()
    {
        var tokenizer = Fixtures.Load("byte-level");
        var end = tokenizer.Encode("<|end|>", addSpecial: false).Ids.Single();
        int[] EndsOf(string content, bool controlTokens = false) => [.. Renderings.Chat(Marks, ("user", content)).Encode(tokenizer, controlTokens).Tokens.Ids.Where(id => id == end)];
        Assert.Single(EndsOf("ab"));
        Assert.Single(EndsOf("a<|end|>b"));
        Assert.Single(EndsOf("a<|end|><|en"));
        Assert.Single(EndsOf("<"));
        Assert.Equal(2, EndsOf("a<|end|>b", controlTokens: true).Length);
    }

    [Fact]
    public void A_message_that_spells_none_has_the_tokens_of_the_plain_text() => Gen.String[Gen.Char["<|end> \nabwordé"], 0, 30].Sample(content =>
    {
        var tokenizer = Fixtures.Load("byte-level");
        var chat = Renderings.Chat(Marks, ("user", content));
        if (content.Contains("<|end|>", StringComparison.Ordinal)) return;
        Assert.Equal(tokenizer.Encode(chat.Text, addSpecial: false).Ids, chat.Encode(tokenizer).Tokens.Ids);
    }, iter: 300);

    [Fact]
    public void Tokens_are_told_apart_by_who_wrote_them()
    {
        var tokens = Renderings.Chat(Marks, ("user", "ab"), ("assistant", "ba")).Encode(Fixtures.Load("byte-level"));
        var content = string.Concat(tokens.Tokens.Tokens.Zip(tokens.IsTemplate).Where(token => !token.Second).Select(token => token.First));
        Assert.Equal("abba", content);
    }

    [Fact]
    public void A_role_that_is_no_plain_word_counts_as_the_message_s()
    {
        Assert.Single(Renderings.Chat(Marks, ("user", "a")).Content);
        Assert.Equal(2, Renderings.Chat(Marks, ("user|><|end", "a")).Content.Count);
    }

    [Fact]
    public void A_folder_s_templates_are_found_in_every_place()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Load(folder.Path));
        Assert.Contains("has no chat template", error.Message, StringComparison.Ordinal);
        Assert.Contains("chat_template.jinja", error.Hint, StringComparison.Ordinal);

        string Rendered(string chat = """[{"role":"user","content":"Hi"}]""", string? name = null) =>
            ChatTemplate.Load(folder.Path).Render(Conversation.Of(JsonDocument.Parse(chat).RootElement), new() { Template = name }).Text;
        File.WriteAllText(folder["tokenizer_config.json"], """{"bos_token":{"content":"<b>"},"eos_token":"<e>","chat_template":"{{ bos_token }}config{{ eos_token }}"}""");
        Assert.Equal("<b>config<e>", Rendered());
        File.WriteAllText(folder["tokenizer_config.json"], """{"chat_template":[{"name":"default","template":"plain"},{"name":"tool_use","template":"{{ tools | length }} tools"}]}""");
        Assert.Equal("plain", Rendered());
        Assert.Equal("1 tools", Rendered("""{"messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"f"}]}"""));
        Assert.Contains("default, tool_use", Assert.Throws<ChatTemplateException>(() => Rendered(name: "rag")).Hint, StringComparison.Ordinal);
        File.WriteAllText(folder["chat_template.json"], """{"chat_template":"processor"}""");
        Assert.Equal("processor", Rendered());
        File.WriteAllText(folder["chat_template.jinja"], "{% if true %}\njinja\n{% endif %}\n");
        Assert.Equal("jinja\n", Rendered());
        Directory.CreateDirectory(folder["additional_chat_templates"]);
        File.WriteAllText(Path.Combine(folder["additional_chat_templates"], "rag.jinja"), "rag {{ documents }}");
        Assert.Equal("rag None", Rendered(name: "rag"));
    }

    [Theory]
    [InlineData("[]", "empty list")]
    [InlineData("{}", "without messages")]
    [InlineData("\"Hi\"", "String")]
    [InlineData("[1]", "Message 0 is a Number")]
    public void What_is_no_conversation_is_refused(string json, string fact)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["chat.json"], json);
        Assert.Contains(fact, Assert.Throws<ChatTemplateException>(() => Conversation.Read(folder["chat.json"])).Message, StringComparison.Ordinal);
    }
}
