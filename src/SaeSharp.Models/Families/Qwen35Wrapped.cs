using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Qwen 3.5 with eyes, as published, read as the text model inside it: <c>Qwen3_5ForConditionalGeneration</c>. Pictures cannot be shown to it.</summary>
/// <remarks>
/// Mirrors huggingface/transformers <c>models/qwen3_5/modeling_qwen3_5.py</c>. Quirks beside those of <see cref="Qwen35"/>: settings stand under <c>text_config</c>, and
/// tensors have a prefix.
/// </remarks>
[TransformerFamily("qwen3_5")]
public sealed class Qwen35Wrapped : TransformerFamily
{
    private static readonly Qwen35 Inner = new();

    public override TransformerSpec Describe(HfConfig hf) => Inner.Describe(Text(hf));

    public override WeightTable Weights(HfConfig hf) => Wrapped(Inner.Weights(Text(hf)));

    /// <summary>The settings of the text model; those that it does not have are read at the top.</summary>
    internal static HfConfig Text(HfConfig hf) => hf.OptionalSection("text_config")?.Or(hf) ?? hf;

    /// <summary>The text model's rows under the names of the whole.</summary>
    internal static WeightTable Wrapped(WeightTable table)
    {
        table = table.Under("model.", "model.language_model.");
        table.Add("model.visual.*", WeightTable.Nothing);
        return table;
    }
}
