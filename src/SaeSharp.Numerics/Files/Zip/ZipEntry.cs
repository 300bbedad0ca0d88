namespace SaeSharp.Numerics.Files.Zip;

/// <summary>One file in a zip archive, its place checked against the archive.</summary>
/// <param name="Name">Its name; never used as a path.</param>
/// <param name="IsDeflated">Whether its bytes are packed; else they lie as they are.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes.</param>
/// <param name="PackedBytes">Bytes in the archive.</param>
/// <param name="Bytes">Bytes when unpacked.</param>
/// <param name="Start">First byte in the archive.</param>
internal sealed record ZipEntry(string Name, bool IsDeflated, uint Crc, long PackedBytes, long Bytes, long Start);
