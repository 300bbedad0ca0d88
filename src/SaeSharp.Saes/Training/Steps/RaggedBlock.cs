using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Views of one block of rows whose latents are kept as entries. Made once, so that steps allocate nothing.</summary>
/// <param name="Of">The whole batch.</param>
/// <param name="Start">Its first row in the batch.</param>
/// <param name="Input">[rows, dIn].</param>
/// <param name="Target">[rows, dOut].</param>
/// <param name="Residual">r, then ∂x̂ [rows, dOut].</param>
/// <param name="Errors">Length of each row of ∂x̂, where it is kept [rows].</param>
internal sealed record RaggedBlock(Tensor Of, int Start, Tensor Input, Tensor Target, Tensor Residual, Tensor? Errors)
{
    public int Rows => Input.RowCount;
}
