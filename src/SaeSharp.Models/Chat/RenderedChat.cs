using SaeSharp.Models.Chat.Values;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Chat;

/// <summary>A conversation as the text a model reads.</summary>
public sealed class RenderedChat
{
    private readonly Provenance _provenance;

    internal RenderedChat(TextValue text, long steps) => (Text, _provenance, Steps) = (text.Text, text.Provenance, steps);

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Which UTF-16 units of it come from the messages, in order, end exclusive; all others are the template's.</summary>
    public IReadOnlyList<(int Start, int End)> Content => [.. Enumerable.Range(0, _provenance.Count).Select(i => _provenance[i])];

    /// <summary>How many parts of the template were worked through.</summary>
    internal long Steps { get; }

    /// <summary>The tokens of the text. The tokenizer adds none of its own: the template writes BOS where the model wants it.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="controlTokens">Reads the spelling of a control token inside a message as that token. Otherwise only the template writes control tokens, and a message cannot end its own turn.</param>
    public TokenizedChat Encode(Tokenizer tokenizer, bool controlTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var tokens = controlTokens ? tokenizer.Encode(Text, addSpecial: false) : tokenizer.Encode(Text, addSpecial: false, _provenance.Touches);
        return new(Text, tokens, [.. tokens.Offsets.Select((offset, i) => IsTemplate(offset, tokens.Ids[i]))]);

        // A control token may take white space of the message beside it along: it stays the template's.
        bool IsTemplate((int Start, int End) offset, int id) => !_provenance.Touches(offset.Start, offset.End) || !controlTokens && tokenizer.IsSpecial(id);
    }
}
