using System.Text.Json;
using System.Text.Json.Serialization;
using ModelPositions = SaeSharp.Models.Interventions.EditPositions;

namespace SaeSharp.Lab.Steering;

/// <summary>Which positions an edit touches. JSON and command line: <c>all</c>, <c>prompt</c>, <c>generated</c>, <c>last</c>, <c>3..</c> or <c>[2,5]</c>.</summary>
[JsonConverter(typeof(EditPositionsConverter))]
public sealed record EditPositions
{
    private EditPositions(PositionKind kind, int from = 0, int[]? listed = null) => (Kind, From, Listed) = (kind, from, listed ?? []);

    private enum PositionKind { All, Prompt, Generated, Last, From, Listed }

    private PositionKind Kind { get; }
    private int From { get; }
    private int[] Listed { get; }

    /// <summary>Every position.</summary>
    public static EditPositions All { get; } = new(PositionKind.All);
    /// <summary>The prompt's positions.</summary>
    public static EditPositions Prompt { get; } = new(PositionKind.Prompt);
    /// <summary>The generated tokens' positions.</summary>
    public static EditPositions Generated { get; } = new(PositionKind.Generated);

    /// <summary>The prompt's last position, where what comes next is decided.</summary>
    public static EditPositions Last { get; } = new(PositionKind.Last);

    /// <summary>Reads <c>all</c>, <c>prompt</c>, <c>generated</c>, <c>last</c>, <c>3..</c>, <c>[2,5]</c> or <c>2,5</c>.</summary>
    /// <exception cref="OptionException">The text is none of these.</exception>
    public static EditPositions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (trimmed.EndsWith("..", StringComparison.Ordinal) && TryNumber(trimmed[..^2], out var from)) return new(PositionKind.From, from);
        return trimmed switch
        {
            "all" => All,
            "prompt" => Prompt,
            "generated" => Generated,
            "last" => Last,
            _ => Of(trimmed.Trim('[', ']').Split(',').Select(part => TryNumber(part, out var position) ? position : throw Unknown(text))),
        };
    }

    /// <summary>These positions, from 0 at the first token.</summary>
    public static EditPositions Of(IEnumerable<int> positions) => new(PositionKind.Listed, 0, [.. positions.Order().Distinct()]);

    /// <summary>From <paramref name="first"/> on.</summary>
    public static EditPositions StartingAt(int first) => new(PositionKind.From, first);

    /// <summary>Whether the edit touches <paramref name="position"/> of a run whose prompt has <paramref name="promptLength"/> tokens.</summary>
    public bool Contains(int position, int promptLength) => Kind switch
    {
        PositionKind.All => true,
        PositionKind.Prompt => position < promptLength,
        PositionKind.Generated => position >= promptLength,
        PositionKind.Last => position == promptLength - 1,
        PositionKind.From => position >= From,
        _ => Array.BinarySearch(Listed, position) >= 0,
    };

    /// <summary>The same as the model's runs take it.</summary>
    internal ModelPositions InModel() => Kind == PositionKind.Listed ? ModelPositions.At(Listed) : ModelPositions.Parse(ToString());

    /// <summary>The same in the words that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        PositionKind.All => "all",
        PositionKind.Prompt => "prompt",
        PositionKind.Generated => "generated",
        PositionKind.Last => "last",
        PositionKind.From => $"{From}..",
        _ => $"[{string.Join(",", Listed)}]",
    };

    /// <summary>Two are equal when they say the same.</summary>
    public bool Equals(EditPositions? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out value);

    private static OptionException Unknown(string text) => OptionException.Invalid(
        $"'{text}' names no positions, expected all, prompt, generated, last, a start such as 3.. or a list such as [2,5].",
        "Positions count from 0 at the first token, which is BOS where the tokenizer adds it.");

    private sealed class EditPositionsConverter : JsonConverter<EditPositions>
    {
        public override EditPositions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return Parse(reader.GetString()!);
            var positions = JsonSerializer.Deserialize<int[]>(ref reader, options) ?? [];
            return positions.All(position => position >= 0) ? Of(positions) : throw Unknown($"[{string.Join(",", positions)}]");
        }

        public override void Write(Utf8JsonWriter writer, EditPositions value, JsonSerializerOptions options)
        {
            if (value.Kind != PositionKind.Listed) writer.WriteStringValue(value.ToString());
            else JsonSerializer.Serialize(writer, value.Listed, options);
        }
    }
}
