using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>Push features while a model reads and writes: natural coefficients, texts before and after, and every layer read back.</summary>
public sealed record SteerRequest : GenerationInput
{
    /// <summary>Features to push, written SAE:N=COEF. COEF is in units of latents; 2x is twice the natural coefficient, 0.5max half the largest in the index. SAE:N@RAIL=COEF uses the feature's decoder row at other layers: RAIL is 3, 2..5 or all, and COEF may be a ramp such as 0..8.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
    /// <summary>What is done with each of them.</summary>
    public EditOp Op { get; init; } = EditOp.Add;
    /// <summary>Where: all, prompt, generated, last (the prompt's last token), 3.. (from position 3) or [2,5] (these positions). Left out: everywhere but on BOS, which SAEs are not trained on.</summary>
    public EditPositions? Positions { get; init; }
    /// <summary>Leave out what the SAE of a pushed feature does not explain: its reconstruction takes the activation's place where it is pushed, with the feature changed. Otherwise the rest of the activation stays as it is.</summary>
    public bool WithoutError { get; init; }
    /// <summary>Push only where this feature, of the same hook or an earlier one, is above a value: SAE:N&gt;T, T in units of latents.</summary>
    public string? When { get; init; }
    /// <summary>token: at the tokens where When holds. since: there and at every later token.</summary>
    public ConditionReach Reach { get; init; }
    /// <summary>Push by the difference of means: prompts to go toward. At each of Hooks, the mean of what their last tokens leave there, less that of From, is added.</summary>
    public IReadOnlyList<string> Toward { get; init; } = [];
    /// <summary>Prompts to go away from.</summary>
    public IReadOnlyList<string> From { get; init; } = [];
    /// <summary>Hook points at which the difference of means is added.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = [];
    /// <summary>How many times the difference of means is added.</summary>
    public double Times { get; init; } = 1;
    /// <summary>Further features to follow over all tokens, written SAE:N.</summary>
    public IReadOnlyList<string> Follow { get; init; } = [];
    /// <summary>Follow at every layer also the feature whose decoder row is most like each pushed one.</summary>
    public bool Twins { get; init; }
    /// <summary>Tokens whose logits after the prompt are compared, such as sea; #12 is the token with id 12.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
    /// <summary>SAEs to read back with. Left out: every SAE in the workspace that was trained on this model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>Features with the largest change to list at each layer.</summary>
    public int Top { get; init; } = 10;
    /// <summary>Controls beside the result: so many draws of other features and so many of random directions, each as long a push; and the opposite. Six tell something, one does not.</summary>
    public int Controls { get; init; }
    /// <summary>A prompt that asks in words for what the push is to bring about. It is continued without a push, as one more control.</summary>
    public string? Instead { get; init; }
    /// <summary>A file to write the result to, by its ending: .json, .csv (what changed, a line each), .svg (a picture of it), .sh or .cs (a script or program that does the same again).</summary>
    public string? Out { get; init; }
}
