using System.Globalization;
using System.Security.Cryptography;

namespace SaeSharp.Models.Hub;

/// <summary>Computes the checksum by which the hub knows a file: SHA-256 of the content for large files, git's blob hash (SHA-1 of a header and the content) for the others.</summary>
internal sealed class ContentHash : IDisposable
{
    private const int Sha256Digits = 64, GitDigits = 40;
    private readonly IncrementalHash _hash;

    public ContentHash(string expected, long size)
    {
        _hash = IncrementalHash.CreateHash(expected.Length == Sha256Digits ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (expected.Length == GitDigits) _hash.AppendData(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
    }

    /// <summary>Whether a text is a checksum of one of the two kinds; only such may name a file of the cache.</summary>
    public static bool IsKnown(string? checksum) => checksum?.Length is Sha256Digits or GitDigits && checksum.All(char.IsAsciiHexDigitLower);

    public void Add(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
