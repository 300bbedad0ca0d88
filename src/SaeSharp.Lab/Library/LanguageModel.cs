using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Models.Chat;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Lab.Library;

/// <summary>A model with its tokenizer, as all verbs use it.</summary>
internal sealed class LanguageModel(string name, string path, Transformer transformer, Tokenizer? tokenizer, int? bosId)
{
    private readonly Lazy<string> _sha256 = new(() => ContentHash.OfFiles([transformer.Files[0], .. transformer.Files.Skip(1).Order(StringComparer.Ordinal)]));

    /// <summary>What it is called by: its name in the workspace, or its path.</summary>
    public string Name => name;

    /// <summary>The last part of the name, without a revision or a file's ending: what things made from it are named by.</summary>
    public string ShortName => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(name)) is var last && File.Exists(path) ? System.IO.Path.GetFileNameWithoutExtension(last) : last.Split('@')[0];

    /// <summary>Its folder, or its file.</summary>
    public string Path => path;

    public Transformer Transformer => transformer;

    public bool HasTokenizer => tokenizer is not null;

    public int? BosId => bosId;

    public int? EosId => tokenizer?.EosId;

    /// <summary>SHA-256 of config and weights.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>The tokenizer, or an error that says how to do without.</summary>
    public Tokenizer Tokenizer => tokenizer ?? throw LabException.NoTokenizer(name);

    /// <summary>Token ids of a prompt given as text or as ids.</summary>
    public int[] Ids(string? text, IReadOnlyList<int>? ids, bool noSpecial)
    {
        if (text is not null && ids is not null) throw LabException.TwoPrompts();
        int[] found = ids is not null ? [.. ids] : text is not null ? Tokenizer.EncodeIds(text, !noSpecial) : throw LabException.NoPrompt();
        return found.Length > 0 ? found : throw LabException.NoPrompt();
    }

    /// <summary>The prompt that a request gives as text, as ids or as a conversation.</summary>
    public Prompt Prompt(PromptInput input) => ChatPrompts.AreAsked(input) ? Chat(input, input.Prompt, input.Ids) : new(Ids(input.Prompt, input.Ids, input.NoSpecial));

    /// <summary>Prompts given as one text, texts of files, one list of ids, a file of them or a conversation.</summary>
    public IReadOnlyList<Prompt> Prompts(ActivationsRequest request)
    {
        if (new object?[] { request.Text, request.Texts, request.Ids, request.IdsFile, request.Messages }.Count(given => given is not null) > 1) throw LabException.TwoPrompts();
        if (request.IdsFile is not null) return ChatPrompts.AreAsked(request) ? throw LabException.ChatOfIds() : [.. IdLists.Read(request.IdsFile).Select(ids => new Prompt(ids))];
        if (request.Texts is null) return [ChatPrompts.AreAsked(request) ? Chat(request, request.Text, request.Ids) : new(Ids(request.Text, request.Ids, request.NoSpecial))];
        var texts = TextFile.Read(request.Texts, request.Field, request.Split ?? "line");
        if (!ChatPrompts.AreAsked(request)) return [.. texts.Select(text => new Prompt(Tokenizer.EncodeIds(text, !request.NoSpecial)))];
        var chats = ChatPrompts.Open(request, path, Tokenizer);
        return [.. texts.Select(text => Of(chats.Of(text)))];
    }

    private Prompt Chat(ChatInput input, string? text, IReadOnlyList<int>? ids) => ids is null ? Of(ChatPrompts.Open(input, path, Tokenizer).Of(text)) : throw LabException.ChatOfIds();

    private static Prompt Of(TokenizedChat chat) => chat.Tokens.Ids.Length > 0 ? new(chat.Tokens.Ids, chat) : throw LabException.NoPrompt();

    /// <summary>Whether a token is no part of the text: BOS, EOS.</summary>
    public bool IsSpecial(int id) => id == bosId || id == EosId || transformer.Spec.EosIds.Contains(id);

    /// <summary>Whether a token is special to the tokenizer in any way: BOS, EOS, and what stands for padding, masks, turns of a conversation.</summary>
    public bool IsSpecialOfAnyKind(int id) => IsSpecial(id) || tokenizer?.IsSpecial(id) == true;

    /// <summary>The tokens of a prompt as a reader sees them in place.</summary>
    public IReadOnlyList<TokenCell> Cells(Prompt prompt) => [.. Cells(prompt.Ids).Select(cell => cell with { IsTemplate = prompt.IsTemplate(cell.Position) })];

    /// <summary>The tokens as a reader sees them in place; without a tokenizer, their ids.</summary>
    public IReadOnlyList<TokenCell> Cells(ReadOnlySpan<int> ids, int firstPosition = 0)
    {
        var stream = tokenizer?.StartStream();
        var cells = new TokenCell[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var special = IsSpecial(ids[i]);
            var text = special ? TokenText(ids[i]) : stream?.Push(ids[i]) ?? TokenText(ids[i]);
            cells[i] = new(firstPosition + i, ids[i], text, special);
        }
        if (cells.Length > 0 && stream?.Flush() is { Length: > 0 } rest) cells[^1] = cells[^1] with { Text = cells[^1].Text + rest };
        return cells;
    }

    /// <summary>One token by itself as a reader sees it, its leading space kept; bytes that are no whole character as the vocabulary spells them; without a tokenizer, its id.</summary>
    public string TokenText(int id)
    {
        if (tokenizer is null) return $"<{id}>";
        var (spelled, text) = (tokenizer.TokenText(id), tokenizer.Decode([id], skipSpecial: false));
        if (text.Length == 0 || text.Contains('\uFFFD', StringComparison.Ordinal)) return spelled;
        return spelled[0] is 'Ġ' or '▁' && text[0] != ' ' ? $" {text}" : text; // some decoders strip the first space of a text
    }

    /// <summary>The text that generated ids add to the prompt's: its first space stays, which decoders of a whole text may strip.</summary>
    public string TextAfter(int[] prompt, int[] ids)
    {
        if (tokenizer is null) return Text(ids);
        var (before, whole) = (tokenizer.Decode(prompt), tokenizer.Decode([.. prompt, .. ids]));
        return whole.StartsWith(before, StringComparison.Ordinal) ? whole[before.Length..] : Text(ids); // a prompt that ends within a character has no text of its own
    }

    /// <summary>The text of ids; without a tokenizer, the ids.</summary>
    public string Text(ReadOnlySpan<int> ids) => tokenizer?.Decode(ids) ?? string.Join(' ', ids.ToArray());
}
