using System.Text;
using System.Text.Json;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tokenizers.Gguf;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Chat;

/// <summary>What a model's folder says about chats: its templates by name and the special tokens they may write.</summary>
/// <remarks>
/// Four places, later ones first in rank: tokenizer_config.json (<c>chat_template</c>: a text, or a list of named ones), chat_template.json (processors of several
/// kinds of input), chat_template.jinja, and additional_chat_templates/NAME.jinja.
/// </remarks>
internal sealed class ChatTemplateFiles
{
    public const string Default = "default";
    private const long MaxBytes = 4 << 20; // the longest template in use has a hundredth of it
    private readonly string _folder;

    private ChatTemplateFiles(string folder) => _folder = folder;

    /// <summary>Templates by name.</summary>
    public Dictionary<string, string> Templates { get; } = new(StringComparer.Ordinal);

    /// <summary>Special tokens by the name of their role, for example <c>bos_token</c>.</summary>
    public Dictionary<string, string> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of a model: of a folder its own before that within its GGUF file, of such a file that within it before those beside it.</summary>
    public static ChatTemplateFiles Of(string modelFolderOrFile)
    {
        if (!Directory.Exists(modelFolderOrFile)) return Within(modelFolderOrFile) ?? Read(ModelPath.FolderOf(modelFolderOrFile));
        var files = Read(modelFolderOrFile);
        return files.Templates.Count == 0 && ModelPath.WholeModelsIn(modelFolderOrFile).ToArray() is [var only] ? Within(only) ?? files : files;
    }

    private static ChatTemplateFiles? Within(string file)
    {
        if (!file.EndsWith(GgufTokenizer.Ending, StringComparison.OrdinalIgnoreCase)) return null;
        var files = new ChatTemplateFiles(file);
        GgufChat.Read(file, files.Templates, files.Tokens);
        return files.Templates.Count == 0 ? null : files;
    }

    private static ChatTemplateFiles Read(string folder)
    {
        var files = new ChatTemplateFiles(folder);
        files.ReadTokens("special_tokens_map.json");
        if (files.ReadTokens("tokenizer_config.json") is { } config) files.ReadTemplates(config, "tokenizer_config.json");
        if (files.Json("chat_template.json") is { } processor) files.ReadTemplates(processor, "chat_template.json");
        if (files.Text("chat_template.jinja") is { } template) files.Templates[Default] = template;
        var additional = Path.Combine(folder, "additional_chat_templates");
        if (!Directory.Exists(additional)) return files;
        foreach (var file in Directory.EnumerateFiles(additional, "*.jinja").Order(StringComparer.Ordinal))
            files.Templates[Path.GetFileNameWithoutExtension(file)] = files.Text(Path.GetRelativePath(folder, file))!;
        return files;
    }

    /// <summary>Reads every <c>..._token</c> of a file: a text, or an object with its content.</summary>
    private JsonElement? ReadTokens(string name)
    {
        if (Json(name) is not { } root) return null;
        Add(root);
        foreach (var more in (string[])["extra_special_tokens", "model_specific_special_tokens"])
            if (root.TryGetProperty(more, out var tokens) && tokens.ValueKind == JsonValueKind.Object) Add(tokens);
        return root;

        void Add(JsonElement members)
        {
            foreach (var member in members.EnumerateObject().Where(member => member.Name.EndsWith("_token", StringComparison.Ordinal)))
            {
                var value = member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("content", out var content) ? content : member.Value;
                if (value.ValueKind == JsonValueKind.String) Tokens[member.Name] = value.GetString()!;
            }
        }
    }

    private void ReadTemplates(JsonElement root, string name)
    {
        if (!root.TryGetProperty("chat_template", out var template) || template.ValueKind == JsonValueKind.Null) return;
        if (template.ValueKind == JsonValueKind.String) Templates[Default] = template.GetString()!;
        else if (template.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, entry) in template.EnumerateArray().Index())
            {
                if (Member(entry, "name") is not { } named || Member(entry, "template") is not { } source) throw FileException.Malformed(Path.Combine(_folder, name), $"chat_template[{i}]", "it is no object with a name and a template");
                Templates[named] = source;
            }
        }
        else if (template.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in template.EnumerateObject())
                Templates[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw FileException.Malformed(Path.Combine(_folder, name), $"chat_template.{member.Name}", $"it is a {member.Value.ValueKind}, expected a template");
        }
        else throw FileException.Malformed(Path.Combine(_folder, name), "chat_template", $"it is a {template.ValueKind}, expected a template or a list of named ones");
    }

    private static string? Member(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private JsonElement? Json(string name)
    {
        var path = Path.Combine(_folder, name);
        if (!File.Exists(path)) return null;
        var root = StrictJson.Read(path);
        return root.ValueKind == JsonValueKind.Object ? root : throw FileException.Malformed(path, "content", $"it is a {root.ValueKind}, expected an object");
    }

    private string? Text(string name)
    {
        var path = Path.Combine(_folder, name);
        try
        {
            if (!File.Exists(path)) return null;
            if (new FileInfo(path).Length is > MaxBytes and var size) throw FileException.Malformed(path, "size", $"the file has {size} bytes, expected at most {MaxBytes}");
            var bytes = File.ReadAllBytes(path).AsSpan();
            if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw FileException.Malformed(path, "content", "it is not UTF-8 text");
            return Encoding.UTF8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }
}
