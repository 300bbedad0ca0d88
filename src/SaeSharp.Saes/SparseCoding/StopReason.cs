namespace SaeSharp.Saes.SparseCoding;

/// <summary>Why a solver stopped.</summary>
public enum StopReason
{
    /// <summary>The duality gap is what was asked for.</summary>
    GapReached,
    /// <summary>The residual is what was asked for.</summary>
    ResidualReached,
    /// <summary>As many atoms or steps as were asked for.</summary>
    CountReached,
    /// <summary>λ is λ_max or above: no atom pays for its penalty.</summary>
    ZeroIsOptimal,
    /// <summary>No atom correlates with the residual any more: it is zero, or orthogonal to all.</summary>
    NothingLeft,
    /// <summary>The atom that fits best is a combination of those chosen already, to the last digits.</summary>
    DependentAtom,
    /// <summary>A closed form, without iterations.</summary>
    Solved,
    /// <summary>The active set is exact and no atom is left out: the gap that remains is rounding.</summary>
    RoundingFloor,
    /// <summary>The limit of iterations came first.</summary>
    IterationLimit,
}
