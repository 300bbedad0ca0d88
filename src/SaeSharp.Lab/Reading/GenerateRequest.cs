using System.Text.Json.Serialization;

namespace SaeSharp.Lab.Reading;

/// <summary>Continue a prompt.</summary>
public sealed record GenerateRequest : GenerationInput;

/// <summary>What the model wrote.</summary>
/// <param name="PromptIds">Token ids of the prompt.</param>
/// <param name="Ids">Token ids generated.</param>
/// <param name="Text">The generated text alone.</param>
/// <param name="TokensPerSecond">Generated tokens a second, the prompt's pass left out.</param>
/// <param name="PromptText">The prompt as the chat template made it; left out for a plain one.</param>
public sealed record GenerateResult(IReadOnlyList<int> PromptIds, IReadOnlyList<int> Ids, string Text, double TokensPerSecond, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PromptText = null);
