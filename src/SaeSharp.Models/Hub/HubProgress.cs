namespace SaeSharp.Models.Hub;

/// <summary>How far a download is, all its files together.</summary>
/// <param name="Done">Bytes that are here.</param>
/// <param name="Total">Bytes in all.</param>
/// <param name="AlreadyHere">Of those done, bytes that an earlier run left: they say nothing about the speed.</param>
public sealed record HubProgress(long Done, long Total, long AlreadyHere);
