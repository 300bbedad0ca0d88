using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Views of one block of rows: its part of the batch, and the buffers its latents are computed in. Made once, so that steps allocate nothing.</summary>
/// <param name="Of">The whole batch.</param>
/// <param name="Start">Its first row in the batch.</param>
/// <param name="Input">[rows, dIn].</param>
/// <param name="Target">[rows, dOut].</param>
/// <param name="Pre">Pre-activations [rows, dSae].</param>
/// <param name="Latents">f [rows, dSae]; may be the same as <paramref name="Pre"/>.</param>
/// <param name="Gradient">∂f, then ∂pre [rows, dSae].</param>
/// <param name="Residual">r, then ∂x̂ [rows, dOut].</param>
/// <param name="Errors">Length of each row of ∂x̂, where it is kept [rows].</param>
internal sealed record LatentBlock(Tensor Of, int Start, Tensor Input, Tensor Target, Tensor Pre, Tensor Latents, Tensor Gradient, Tensor Residual, Tensor? Errors)
{
    public int Rows => Input.RowCount;
}
