using System.Globalization;

namespace SaeSharp.Models.Interventions;

/// <summary>At which positions of a sequence an edit acts.</summary>
public abstract record EditPositions
{
    private EditPositions() { }

    /// <summary>Every position.</summary>
    public static EditPositions All { get; } = new From(0);

    /// <summary>The prompt's positions.</summary>
    public static EditPositions Prompt { get; } = new PromptOnly();

    /// <summary>The positions after the prompt.</summary>
    public static EditPositions Generated { get; } = new GeneratedOnly();

    /// <summary>The prompt's last position.</summary>
    public static EditPositions Last { get; } = new LastOfPrompt();

    /// <summary>Reads <c>all</c>, <c>prompt</c>, <c>generated</c>, <c>last</c> or <c>3..</c>.</summary>
    /// <exception cref="OptionException">The text is none of them.</exception>
    public static EditPositions Parse(string text) => text switch
    {
        "all" => All,
        "prompt" => Prompt,
        "generated" => Generated,
        "last" => Last,
        [.. var first, '.', '.'] when int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var position) => new From(position),
        _ => throw OptionException.Invalid($"positions is '{text}', expected all, prompt, generated, last, a start like 3.. or a list like [2,5].", "Leave positions out to edit every position."),
    };

    /// <summary>Exactly these positions, counted from 0.</summary>
    public static EditPositions At(params IReadOnlyList<int> positions) => new Listed([.. positions.Select(position => OptionException.NotNegative(position, "positions"))]);

    /// <summary>Whether the edit acts at <paramref name="position"/> of a sequence whose first <paramref name="promptLength"/> tokens are the prompt.</summary>
    public abstract bool Contains(int position, int promptLength);

    private sealed record From(int First) : EditPositions
    {
        public override bool Contains(int position, int promptLength) => position >= First;
    }

    private sealed record PromptOnly : EditPositions
    {
        public override bool Contains(int position, int promptLength) => position < promptLength;
    }

    private sealed record GeneratedOnly : EditPositions
    {
        public override bool Contains(int position, int promptLength) => position >= promptLength;
    }

    private sealed record LastOfPrompt : EditPositions
    {
        public override bool Contains(int position, int promptLength) => position == promptLength - 1;
    }

    private sealed record Listed(HashSet<int> Positions) : EditPositions
    {
        public override bool Contains(int position, int promptLength) => Positions.Contains(position);
    }
}
