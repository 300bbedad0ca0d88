using System.Text.Json.Serialization;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>How a hook's activations are kept as codes of an SAE, and what these leave.</summary>
/// <param name="Coder">The SAE that codes, by the name it had.</param>
/// <param name="CoderSha256">SHA-256 of its weights, as <c>sae info</c> gives it.</param>
/// <param name="DSae">Its latents.</param>
/// <param name="ResidualBits">Bits of each number of the residual; 0 where it is not kept.</param>
internal sealed record StoredCodes(string Coder, string CoderSha256, int DSae, int ResidualBits)
{
    /// <summary>An entry is a word of 32 bits: the latent above, its level on a grid of this many bits below.</summary>
    public const int LevelBits = 12;

    /// <summary>Latents that a word can name.</summary>
    public const int MostLatents = 1 << (32 - LevelBits);

    /// <summary>Words of a token's residual.</summary>
    public int ResidualWords(int width) => (width * ResidualBits + 31) / 32;

    /// <summary>Bytes of a token that fires nothing: where its entries begin, their scale, the residual and its scale.</summary>
    public long LeastBytes(int width) => sizeof(int) + sizeof(float) + (ResidualBits == 0 ? 0 : ResidualWords(width) * (long)sizeof(int) + sizeof(float));

    /// <summary>Why it cannot be; null where it can.</summary>
    [JsonIgnore]
    public string? Fault => DSae is < 1 or > MostLatents ? $"{DSae} latents, expected 1 to {MostLatents}" : ResidualBits is not (0 or 4 or 8) ? $"a residual of {ResidualBits} bits, expected 0, 4 or 8" : null;
}
