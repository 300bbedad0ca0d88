using System.Security.Cryptography;

namespace SaeSharp.Models.Hub;

/// <summary>A file that is to be put onto the hub.</summary>
/// <param name="Path">Where it is to lie in the repository.</param>
/// <param name="File">Where it lies here.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Sha256">Their hash, by which the hub's store of large files knows it.</param>
internal sealed record HubSource(HubPath Path, string File, long Size, string Sha256)
{
    public static HubSource Read(HubPath path, string file)
    {
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            return new(path, file, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(file, error);
        }
    }

    /// <summary>Its first bytes, all of them where it has fewer than <paramref name="most"/>.</summary>
    public byte[] Start(int most)
    {
        using var stream = Open();
        var start = new byte[Math.Min(most, stream.Length)];
        stream.ReadExactly(start);
        return start;
    }

    public FileStream Open()
    {
        try
        {
            return System.IO.File.OpenRead(File);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(File, error);
        }
    }
}
