using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Texts;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Reading;
using SaeSharp.Models.Chat;

namespace SaeSharp.Lab.Contrasting;

/// <summary>The prompts of both sets as the model reads them, A's first.</summary>
internal sealed class ContrastPrompts
{
    /// <summary>Rank sums of more prompts would not fit 32 bits.</summary>
    private const int Most = 20_000;

    private ContrastPrompts(IReadOnlyList<string> texts, IReadOnlyList<Window> windows, int a, string? templated) => (Texts, Windows, A, Templated) = (texts, windows, a, templated);

    /// <summary>The prompts as they were given.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Their tokens, and which of them count.</summary>
    public IReadOnlyList<Window> Windows { get; }

    /// <summary>How many are of A.</summary>
    public int A { get; }

    public int B => Texts.Count - A;

    /// <summary>The first prompt as the chat template made it; null where there is none.</summary>
    public string? Templated { get; }

    /// <summary>Reads both sets.</summary>
    public static ContrastPrompts Read(ContrastRequest request, LanguageModel model)
    {
        if (request.Messages is not null) throw LabException.PromptBesideMessages();
        if (request.At is not null && request.Pooling == Pooling.Last) throw OptionException.Invalid("--pooling last takes the last token, and --at others.", "Leave out one of them; --at -1 is the last token.");
        var (a, b) = (Set(request.A, request.PromptsA, "a", request), Set(request.B, request.PromptsB, "b", request));
        if (request.Paired && a.Count != b.Count) throw LabException.NotPaired(a.Count, b.Count);
        if (a.Count < 2 || b.Count < 2) throw LabException.TooFewPrompts(a.Count, b.Count);
        OptionException.InRange(a.Count + b.Count, 4, Most, "the number of prompts");
        string[] texts = [.. a, .. b];
        var prompts = Tokens(texts, request, model);
        var at = request.At is null ? null : ChosenTokens.Parse(request.At);
        return new(texts, [.. prompts.Select((prompt, i) => new Window(i, prompt.Ids, Counted(prompt, texts[i], request.Pooling, at, model)))], a.Count, prompts[0].Text);
    }

    private static IReadOnlyList<string> Set(string? file, IReadOnlyList<string> prompts, string name, ContrastRequest request)
    {
        if ((file is null) == (prompts.Count == 0)) throw LabException.OneSet(name, file is not null);
        var texts = file is null ? prompts : TextFile.Read(file, request.Field, request.Split);
        return [.. texts.Where(text => !string.IsNullOrWhiteSpace(text))];
    }

    private static Prompt[] Tokens(string[] texts, ContrastRequest request, LanguageModel model)
    {
        var tokenizer = model.Tokenizer;
        if (!ChatPrompts.AreAsked(request) && (request.Plain || !ChatTemplate.Exists(model.Path)))
            return [.. texts.AsParallel().AsOrdered().Select(text => new Prompt(NotEmpty(tokenizer.EncodeIds(text), text)))];
        if (request.Plain) throw OptionException.Invalid("--plain takes prompts as they are, and another option asks for the chat template.", "Leave out one of them.");
        var chats = ChatPrompts.Open(request, model.Path, tokenizer);
        return [.. texts.AsParallel().AsOrdered().Select(text => chats.Of(text)).Select((chat, i) => new Prompt(NotEmpty(chat.Tokens.Ids, texts[i]), chat))];
    }

    private static int[] NotEmpty(int[] ids, string text) => ids.Length > 0 ? ids : throw LabException.NoTokenCounts(text);

    /// <summary>The last token; those chosen; or else those of the prompt itself. Where it has none, all that are not special.</summary>
    private static int[] Counted(Prompt prompt, string text, Pooling pooling, ChosenTokens? at, LanguageModel model)
    {
        var all = Enumerable.Range(0, prompt.Ids.Length);
        if (at is not null) return at.Of(prompt.Ids.Length) is { Length: > 0 } chosen ? chosen : throw LabException.NoTokenCounts(text);
        if (pooling == Pooling.Last) return [prompt.Ids.Length - 1];
        int[] plain = [.. all.Where(position => !model.IsSpecial(prompt.Ids[position]))], own = [.. plain.Where(position => !prompt.IsTemplate(position))];
        return own.Length > 0 ? own : plain.Length > 0 ? plain : throw LabException.NoTokenCounts(text);
    }
}
