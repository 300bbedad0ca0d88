using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>One post-processor after the other.</summary>
internal sealed class SequencePostProcessor(PostProcessor[] steps) : PostProcessor
{
    public static SequencePostProcessor Read(JsonField field) => new([.. field["processors"].Items().Select(step => Kinds.PostProcessors.Read(step))]);

    public override IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial)
    {
        foreach (var step in steps) encodings = step.Process(encodings, addSpecial);
        return encodings;
    }

    public override int CountAdded(int texts) => steps.Sum(step => step.CountAdded(texts));
}
