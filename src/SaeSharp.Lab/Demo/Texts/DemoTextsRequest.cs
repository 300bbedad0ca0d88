namespace SaeSharp.Lab.Demo.Texts;

/// <summary>Write texts of the demo world with all that is known about them: one JSON object a line with token ids, text, the concepts that hold where, those that cannot be known yet, and the log-probability of the choices.</summary>
public sealed record DemoTextsRequest
{
    /// <summary>Tokens at least; whole texts are written.</summary>
    public long Tokens { get; init; } = 100_000;
    /// <summary>Seed. The demo model was trained on seed 0.</summary>
    public int Seed { get; init; } = 1;
    /// <summary>Number of the first text: any part of a seed's texts can be made alone.</summary>
    public long First { get; init; }
    /// <summary>Let requests hold the pairs, words and ways of asking that no text to train on has.</summary>
    public bool HeldOut { get; init; }
    /// <summary>What a line holds: all; text, with nothing but the field text; or ids, with nothing but the field ids.</summary>
    public TextLine Line { get; init; } = TextLine.All;
    /// <summary>Folder to write the world's tokenizer into as well.</summary>
    public string? Tokenizer { get; init; }
    /// <summary>File to write; left out: the standard output.</summary>
    public string? Out { get; init; }
}

/// <summary>What a line of texts holds.</summary>
public enum TextLine
{
    /// <summary>Everything.</summary>
    All,
    /// <summary>The text.</summary>
    Text,
    /// <summary>Token ids.</summary>
    Ids,
}

/// <summary>What was written.</summary>
/// <param name="Texts">Texts.</param>
/// <param name="Tokens">Tokens, those at beginning and end of a text included.</param>
/// <param name="BoundNats">Mean −log p of a token's choices: no model's loss on such texts is lower, in the long run. &lt;bos&gt; is not counted.</param>
/// <param name="Seconds">Time.</param>
/// <param name="Kinds">The same by kind of text.</param>
public sealed record DemoTextsResult(long Texts, long Tokens, double BoundNats, double Seconds, IReadOnlyList<TextKindFigures> Kinds);

/// <summary>Figures of one kind of text.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Texts">Texts.</param>
/// <param name="TokenShare">Share of all tokens.</param>
/// <param name="BoundNats">Mean −log p of a token's choices.</param>
public sealed record TextKindFigures(string Kind, long Texts, double TokenShare, double BoundNats);
