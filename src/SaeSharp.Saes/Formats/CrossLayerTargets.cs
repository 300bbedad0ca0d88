namespace SaeSharp.Saes.Formats;

/// <summary>What one layer of a cross-layer transcoder writes to.</summary>
/// <param name="Count">Number of target layers.</param>
/// <param name="Width">Width of each.</param>
/// <param name="Own">Which of them is the layer itself: b_dec and the skip connection are of that one.</param>
internal readonly record struct CrossLayerTargets(int Count, int Width, int Own);
