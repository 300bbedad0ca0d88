using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Chat;

/// <summary>The chat templates in the metadata of a GGUF file, and the special tokens they may write.</summary>
internal static class GgufChat
{
    private const string Template = "tokenizer.chat_template", Named = Template + ".", Tokens = "tokenizer.ggml.tokens";

    /// <summary>What templates call a token, and where its id stands.</summary>
    private static readonly (string Role, string Key)[] Roles =
    [
        ("bos_token", "tokenizer.ggml.bos_token_id"), ("eos_token", "tokenizer.ggml.eos_token_id"), ("unk_token", "tokenizer.ggml.unknown_token_id"), ("pad_token", "tokenizer.ggml.padding_token_id"),
    ];

    public static void Read(string path, Dictionary<string, string> templates, Dictionary<string, string> tokens)
    {
        using var file = GgufFile.Open(path);
        var metadata = new GgufMetadata(file);
        if (metadata.OptionalText(Template) is { } template) templates[ChatTemplateFiles.Default] = template;
        foreach (var key in file.Metadata.Keys.Where(key => key.StartsWith(Named, StringComparison.Ordinal))) templates[key[Named.Length..]] = metadata.OptionalText(key)!;
        if (templates.Count == 0) return;
        var spelled = metadata.OptionalTexts(Tokens) ?? [];
        foreach (var (role, key) in Roles)
            if (metadata.OptionalCount(key) is { } id && id < spelled.Length) tokens[role] = spelled[id];
    }
}
