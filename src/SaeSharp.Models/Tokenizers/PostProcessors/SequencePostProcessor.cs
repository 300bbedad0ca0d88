using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>One post-processor after the other.</summary>
internal sealed class SequencePostProcessor(PostProcessor[] steps) : PostProcessor
{
    public static SequencePostProcessor Read(JsonField field) => new([.. field["processors"].Items().Select(Kinds.PostProcessors.Read)]);

    public override IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial)
    {
        foreach (var step in steps) encodings = step.Process(encodings, addSpecial);
        return encodings;
    }
}
