namespace SaeSharp.Models;

/// <summary>For which rows a run computes logits.</summary>
public enum LogitRows
{
    /// <summary>None: the run stops after the last hook it needs.</summary>
    None,
    /// <summary>The last row of each sequence.</summary>
    Last,
    /// <summary>Every row.</summary>
    All,
}
