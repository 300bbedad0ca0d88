using SaeSharp.Models.Tokenizers.Decoders;

namespace SaeSharp.Models.Tokenizers;

/// <summary>Decodes tokens as they are generated. A piece never ends inside a character; the pieces and <see cref="Flush"/> joined are the whole text.</summary>
/// <remarks>One exception: after byte tokens that turn out not to be UTF-8, a full decode replaces their whole row, and a stream only what it has not given yet.</remarks>
public sealed class StreamDecoder
{
    private readonly Tokenizer tokenizer;
    private readonly bool skipSpecial;
    private readonly TextStage text = new();
    private readonly DecoderStage first;

    internal StreamDecoder(Tokenizer tokenizer, Decoder decoder, bool skipSpecial, bool streaming)
    {
        (this.tokenizer, this.skipSpecial) = (tokenizer, skipSpecial);
        first = decoder.Start(text, streaming);
    }

    /// <summary>The text that has become certain with this token: empty while a character is unfinished.</summary>
    public string Push(int id)
    {
        Add(id);
        return text.Take();
    }

    /// <summary>What is still held back at the end of the stream: an unfinished character becomes U+FFFD. Nothing can be pushed after it.</summary>
    public string Flush()
    {
        first.End();
        return text.Take();
    }

    internal void Add(int id)
    {
        if (tokenizer.DecodedOf(id, skipSpecial) is not { } token) return;
        first.Part(token);
        first.EndToken();
    }
}
