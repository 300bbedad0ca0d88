namespace SaeSharp.Numerics.Files.Zip;

/// <summary>What the directory says about an entry, before it is believed.</summary>
internal sealed record ZipRow(string Name, int Flags, int Method, uint Crc, long Bytes, long PackedBytes, long Start)
{
    public const int Stored = 0, Deflated = 8;

    /// <summary>Sizes and CRC follow the data; the local header may leave them 0.</summary>
    public const int DescriptorFlag = 8;

    /// <summary>How hard the packer tried.</summary>
    public const int SpeedFlags = 6;

    public bool HasDescriptor => (Flags & DescriptorFlag) != 0;

    /// <summary>Whether the local header's number fits the directory's.</summary>
    public bool Agrees(long local, long central) => local == central || (HasDescriptor && local == 0);
}
