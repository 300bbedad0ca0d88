namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>What is wrong at this byte of a pickle; becomes a <see cref="FileException"/> that names file and byte, and never leaves the reader.</summary>
internal sealed class PickleFault(string reason) : Exception(reason);
