namespace SaeSharp.Models.Hub;

/// <summary>Files of one commit, as they lie in the cache.</summary>
/// <param name="Folder">Its folder; the files have their paths in the repository there.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Fetched">Bytes that came over the network.</param>
/// <param name="AlreadyHere">Bytes that were in the cache.</param>
public sealed record HubSnapshot(string Folder, string Commit, long Fetched, long AlreadyHere);
