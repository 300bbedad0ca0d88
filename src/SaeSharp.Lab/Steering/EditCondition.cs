namespace SaeSharp.Lab.Steering;

/// <summary>When an edit acts: where a feature, read from the unedited h of its own hook in the same run, is above a value.</summary>
public sealed record EditCondition
{
    /// <summary>An SAE whose hook comes no later than the edit's.</summary>
    public required string Sae { get; init; }
    /// <summary>The feature that decides.</summary>
    public required int Feature { get; init; }
    /// <summary>t, in units of latents: the edit acts where f &gt; t.</summary>
    public double Above { get; init; }
    /// <summary>token: at the tokens where f &gt; t. since: there and at every later token.</summary>
    public ConditionReach Reach { get; init; }
}

/// <summary>How far a condition reaches.</summary>
public enum ConditionReach
{
    /// <summary>The token itself.</summary>
    Token,
    /// <summary>The token and every later one.</summary>
    Since,
}
