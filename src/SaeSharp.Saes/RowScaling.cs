namespace SaeSharp.Saes;

/// <summary>What run-time normalisation removed from each row: x̂ · <see cref="Scales"/>[row] + <see cref="Means"/>[row] puts it back.</summary>
/// <param name="Scales">[rows].</param>
/// <param name="Means">[rows], or null where no mean was taken out.</param>
public sealed record RowScaling(float[] Scales, float[]? Means);
