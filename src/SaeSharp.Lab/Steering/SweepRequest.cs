using System.Globalization;
using System.Text.Json.Serialization;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>Push one feature at many strengths and layers, and see which of them act while the text stays language.</summary>
public sealed record SweepRequest : GenerationInput
{
    /// <summary>The most pushes of one sweep.</summary>
    public const int MostCells = 1024;

    /// <summary>The feature, written SAE:N.</summary>
    public required string Feature { get; init; }
    /// <summary>Coefficients in units of latents; several with commas between them. Left out: −1, ¼, ½, 1, 2, 4 and 8 times the feature's largest value in the index (without one, its natural coefficient, else a quarter of ‖h‖).</summary>
    public OneOrMore<double> Coefficients { get; init; }
    /// <summary>Layers at which the decoder row is added: 3, 2..5 or all. Left out: the feature's own.</summary>
    public string? Layers { get; init; }
    /// <summary>Where: all, prompt, generated, last (the prompt's last token), 3.. (from position 3) or [2,5] (these positions). Left out: everywhere but on BOS.</summary>
    public EditPositions? Positions { get; init; }
    /// <summary>Push the SAE's reconstruction of the activation instead of the activation itself, as in sae steer; at the feature's own layer only.</summary>
    public bool WithoutError { get; init; }
    /// <summary>A token whose logit is the score, such as sea. Left out: the token that the feature's decoder row promotes most.</summary>
    public string? Word { get; init; }

    /// <summary>The sweep of a steering's one feature, with its prompt, positions and sampling.</summary>
    /// <param name="steer">The steering.</param>
    /// <param name="coefficients">Numbers with commas between them; null for the usual ones.</param>
    /// <param name="layers">As <see cref="Layers"/>.</param>
    /// <exception cref="OptionException">It pushes several features, or a coefficient is no number.</exception>
    public static SweepRequest Of(SteerRequest steer, string? coefficients, string? layers)
    {
        ArgumentNullException.ThrowIfNull(steer);
        return new()
        {
            Feature = steer.Features is [var one] ? one.Split('=')[0] : throw OptionException.Invalid($"A sweep pushes one feature, but {steer.Features.Count} were given.", "Give one --feature SAE:N."),
            Coefficients = coefficients is null ? default : new([.. coefficients.Split(',').Select(Number)]), Layers = layers, Positions = steer.Positions, WithoutError = steer.WithoutError, Word = steer.Words is [var word, ..] ? word : null,
            Model = steer.Model, Prompt = steer.Prompt, Ids = steer.Ids, NoSpecial = steer.NoSpecial, Chat = steer.Chat, System = steer.System, Turns = steer.Turns, Messages = steer.Messages, NoGenerationPrompt = steer.NoGenerationPrompt,
            ControlTokens = steer.ControlTokens, ChatVariables = steer.ChatVariables, MaxTokens = steer.MaxTokens, Temperature = steer.Temperature, TopK = steer.TopK, TopP = steer.TopP, Seed = steer.Seed,
            IgnoreEos = steer.IgnoreEos, Edits = steer.Edits,
        };
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        ? number : throw OptionException.Invalid($"'{text}' in --sweep is not a number.", "Give for example --sweep 2,4,8, or --sweep alone.");
}

/// <summary>What each push did.</summary>
public sealed record SweepResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The feature's SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>Its index.</summary>
    public required int Feature { get; init; }
    /// <summary>Its own layer; null where its hook has none.</summary>
    public int? Layer { get; init; }
    /// <summary>Its largest value on the prompt, special tokens left out.</summary>
    public required double Natural { get; init; }
    /// <summary>Its largest value in the index; null without one.</summary>
    public double? IndexMax { get; init; }
    /// <summary>The token whose logit is the score; null where there is none: the feature has no direct path to the logits.</summary>
    public string? Word { get; init; }
    /// <summary>KL of the reconstruction alone, without a push, nats; left out where the activation is pushed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? KlOfReconstruction { get; init; }
    /// <summary>The continuation without a push.</summary>
    public required string Text { get; init; }
    /// <summary>How it reads.</summary>
    public required TextFigures Figures { get; init; }
    /// <summary>The coefficients, rising: the columns.</summary>
    public required IReadOnlyList<double> Coefficients { get; init; }
    /// <summary>The layers, rising: the rows.</summary>
    public required IReadOnlyList<SweepLayer> Layers { get; init; }
    /// <summary>Wall-clock time, s.</summary>
    public required double Seconds { get; init; }
}

/// <summary>One layer of a sweep.</summary>
public sealed record SweepLayer
{
    /// <summary>The layer; null for a hook that names none.</summary>
    public int? Layer { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>Mean ‖h‖ there over the edited prompt positions.</summary>
    public required double MeanNorm { get; init; }
    /// <summary>One entry a coefficient.</summary>
    public required IReadOnlyList<SweepCell> Cells { get; init; }
    /// <summary>The coefficients above 0 that act and leave language; null where none does. Acts: KL at least 0.1 nats. Language: a loss at most 1 nat above that of the text without a push, and at most a quarter more pairs repeated.</summary>
    public SuggestedRange? Suggested { get; init; }
}

/// <summary>Coefficients to try.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
public sealed record SuggestedRange(double Low, double High);

/// <summary>One push.</summary>
/// <param name="Coefficient">C, in units of latents.</param>
/// <param name="OfNorm">|C| ÷ mean ‖h‖ at the layer.</param>
/// <param name="Kl">KL of the next-token distributions at the last prompt token, without ‖ with the push, nats.</param>
/// <param name="Loss">Mean −log p of the continuation under the model without the push, nats: the logarithm of its perplexity; null where nothing was written.</param>
/// <param name="Repetition">Share of its pairs of neighbouring tokens that stood in it before; null likewise.</param>
/// <param name="WordChange">Change of the token's logit at the last prompt token; null without one.</param>
/// <param name="Acts">Whether the push moves the next token: KL at least 0.1 nats.</param>
/// <param name="IsLanguage">Whether the text stays language, as <see cref="SweepLayer.Suggested"/> says.</param>
/// <param name="Text">The continuation.</param>
public sealed record SweepCell(double Coefficient, double OfNorm, double Kl, double? Loss, double? Repetition, double? WordChange, bool Acts, bool IsLanguage, string Text);
