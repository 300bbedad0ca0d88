using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tokenizers.PostProcessors;

/// <summary>The frames of BERT, <c>[CLS] A [SEP] B [SEP]</c>, and RoBERTa, <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>.</summary>
internal sealed class FramePostProcessor(FramePostProcessor.Frame frame) : PostProcessor
{
    /// <summary>What stands around the texts, and what else the kind does.</summary>
    internal sealed record Frame((string Token, int Id) First, (string Token, int Id) Separator)
    {
        /// <summary>RoBERTa: the second text has a separator in front too, and every token is of type 0.</summary>
        public bool Doubled { get; init; }

        /// <summary>Takes white space out of the offsets.</summary>
        public bool TrimsOffsets { get; init; }

        /// <summary>Whether the pre-tokenizer puts a space in front of the text.</summary>
        public bool AddsPrefixSpace { get; init; }
    }

    public static FramePostProcessor ReadBert(JsonField field) => new(new(ReadToken(field["cls"]), ReadToken(field["sep"])));

    public static FramePostProcessor ReadRoberta(JsonField field) => new(new(ReadToken(field["cls"]), ReadToken(field["sep"]))
    {
        Doubled = true,
        TrimsOffsets = field["trim_offsets"].Flag(true),
        AddsPrefixSpace = field["add_prefix_space"].Flag(true),
    });

    public override IReadOnlyList<TokenList> Process(IReadOnlyList<TokenList> encodings, bool addSpecial)
    {
        foreach (var encoding in encodings)
        {
            if (frame.TrimsOffsets) ByteLevelPostProcessor.Trim(encoding, frame.AddsPrefixSpace);
            if (frame.Doubled) encoding.OfType(0);
        }
        if (!addSpecial) return encodings;

        List<TokenList> parts = [One(frame.First, 0), encodings[0], One(frame.Separator, 0)];
        if (encodings.Count == 1) return parts;
        var type = frame.Doubled ? 0 : 1;
        if (frame.Doubled) parts.Add(One(frame.Separator, type));
        return [.. parts, encodings[1], One(frame.Separator, type)];
    }

    public override int CountAdded(int texts) => texts == 1 ? 2 : frame.Doubled ? 4 : 3;

    private static TokenList One((string Token, int Id) special, int type)
    {
        var list = new TokenList("");
        list.Add(special.Id, special.Token, (0, 0), type, inserted: true);
        return list;
    }

    /// <summary>A list of a token and its id.</summary>
    private static (string, int) ReadToken(JsonField field) => field.Items().ToArray() is [var token, var id] ? (token.Text(), id.Id()) : throw field.Wrong("a list of a token and its id");
}
