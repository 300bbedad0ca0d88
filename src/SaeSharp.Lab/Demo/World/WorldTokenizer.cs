using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SaeSharp.Lab.Demo.World.Words;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Demo.World;

/// <summary>The tokenizer of the demo world as Hugging Face's files: lower case, one token a word or sign, &lt;bos&gt; in front; and a chat template that writes 'user : ..' as the world does.</summary>
internal static class WorldTokenizer
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private const string Chat = "{{ bos_token }}{% for message in messages %}{{ message['role'] + ' : ' + message['content'] + ' ' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant :' }}{% endif %}";

    /// <summary>The words of a text with spaces between them, without the special ones.</summary>
    public static string Text(Lexicon lexicon, ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
            if (id >= Lexicon.Special.Length) text.Append(text.Length > 0 ? " " : "").Append(lexicon.Words[id]);
        return text.ToString();
    }

    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    public static void Write(Lexicon lexicon, string folder, int context)
    {
        AtomicFile.Write(Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(Tokenizer(lexicon), Readable));
        AtomicFile.Write(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast", ["bos_token"] = "<bos>", ["eos_token"] = "<eos>", ["pad_token"] = "<pad>", ["unk_token"] = "<unk>",
            ["clean_up_tokenization_spaces"] = false, ["model_max_length"] = context, ["chat_template"] = Chat,
        }, Readable));
    }

    private static Dictionary<string, object?> Tokenizer(Lexicon lexicon)
    {
        object Special(string word) => new Dictionary<string, object> { ["SpecialToken"] = new Dictionary<string, object> { ["id"] = word, ["type_id"] = 0 } };
        object Sequence(string name) => new Dictionary<string, object> { ["Sequence"] = new Dictionary<string, object> { ["id"] = name, ["type_id"] = 0 } };
        return new()
        {
            ["version"] = "1.0", ["truncation"] = null, ["padding"] = null,
            ["added_tokens"] = Lexicon.Special.Select((word, id) => new Dictionary<string, object>
            {
                ["id"] = id, ["content"] = word, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
            }),
            ["normalizer"] = new Dictionary<string, object> { ["type"] = "Lowercase" },
            ["pre_tokenizer"] = new Dictionary<string, object> { ["type"] = "Whitespace" },
            ["post_processor"] = new Dictionary<string, object>
            {
                ["type"] = "TemplateProcessing", ["single"] = new[] { Special("<bos>"), Sequence("A") }, ["pair"] = new[] { Special("<bos>"), Sequence("A"), Sequence("B") },
                ["special_tokens"] = new Dictionary<string, object> { ["<bos>"] = new Dictionary<string, object> { ["id"] = "<bos>", ["ids"] = new[] { Lexicon.Bos }, ["tokens"] = new[] { "<bos>" } } },
            },
            ["decoder"] = null,
            ["model"] = new Dictionary<string, object> { ["type"] = "WordLevel", ["vocab"] = lexicon.Words.Index().ToDictionary(entry => entry.Item, entry => entry.Index), ["unk_token"] = "<unk>" },
        };
    }
}
