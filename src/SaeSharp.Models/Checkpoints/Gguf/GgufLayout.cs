namespace SaeSharp.Models.Checkpoints.Gguf;

/// <summary>How llama.cpp's converter changed a tensor that it took from Hugging Face.</summary>
internal enum GgufLayout
{
    /// <summary>Not at all.</summary>
    Same,
    /// <summary>Rows of each query head in the order of neighbouring rotary pairs.</summary>
    QueryPairs,
    /// <summary>The same for key heads.</summary>
    KeyPairs,
    /// <summary>1 was added: Gemma's gains.</summary>
    PlusOne,
    /// <summary>[in, out] became [out, in]: GPT-2's matrices.</summary>
    Transposed,
    /// <summary>Numbers made from the config, such as rotary factors; no weight.</summary>
    ForConfig,
}
