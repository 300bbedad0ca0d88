using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>Push features while a model reads and writes: natural coefficients, texts before and after, and every layer read back.</summary>
public sealed record SteerRequest : GenerationInput
{
    /// <summary>Features to push, written SAE:N=COEF. COEF is in units of latents; 2x is twice the natural coefficient, 0.5max half the largest in the index.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
    /// <summary>What is done with each of them.</summary>
    public EditOp Op { get; init; } = EditOp.Add;
    /// <summary>Where: all, prompt, generated, last (the prompt's last token), 3.. (from position 3) or [2,5] (these positions). Left out: everywhere but on BOS, which SAEs are not trained on.</summary>
    public EditPositions? Positions { get; init; }
    /// <summary>Push only where this feature, of the same hook or an earlier one, is above a value: SAE:N&gt;T, T in units of latents.</summary>
    public string? When { get; init; }
    /// <summary>token: at the tokens where When holds. since: there and at every later token.</summary>
    public ConditionReach Reach { get; init; }
    /// <summary>SAEs to read back with. Left out: every SAE in the workspace that was trained on this model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>Features with the largest change to list at each layer.</summary>
    public int Top { get; init; } = 10;
    /// <summary>Controls beside the result: so many draws of other features and so many of random directions, each as long a push; and the opposite. Six tell something, one does not.</summary>
    public int Controls { get; init; }
}
