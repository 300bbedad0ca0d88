namespace SaeSharp.Models.Hub;

/// <summary>A file of a revision, as the hub lists it.</summary>
/// <param name="Path">Where it lies in the repository.</param>
/// <param name="Size">Bytes; null where the hub does not say.</param>
/// <param name="Checksum">SHA-256 of a large file's content (64 hexadecimal digits), git's own hash of a small one's (40); null where the hub does not say.</param>
public sealed record HubFile(HubPath Path, long? Size, string? Checksum);
