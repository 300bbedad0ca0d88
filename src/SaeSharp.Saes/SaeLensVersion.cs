namespace SaeSharp.Saes;

/// <summary>The layout of a SAELens <c>cfg.json</c>. Tensors are the same in both.</summary>
public enum SaeLensVersion
{
    /// <summary>What SAELens 6 writes and reads: what the SAE was trained on stands under <c>metadata</c>.</summary>
    V6,
    /// <summary>The flat file of SAELens 5, for tools that have not moved on. Only standard, gated, jumprelu and plain topk SAEs can be said in it.</summary>
    V5,
}
