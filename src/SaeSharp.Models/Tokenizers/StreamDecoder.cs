namespace SaeSharp.Models.Tokenizers;

/// <summary>Decodes tokens as they are generated. A piece never ends inside a character; the pieces and <see cref="Flush"/> joined are the whole text.</summary>
public sealed class StreamDecoder
{
    internal StreamDecoder() { }

    /// <summary>The text that has become certain with this token: empty while a character is unfinished.</summary>
    public string Push(int id) => throw new NotImplementedException($"{this}{id}");

    /// <summary>What is still held back at the end of the stream: an unfinished character becomes U+FFFD.</summary>
    public string Flush() => throw new NotImplementedException($"{this}");
}
