namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>A run of elements that several tensors of a torch file may share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="TypeName">The element type in safetensors' spelling; null for one without a type, whose tensors bring theirs.</param>
/// <param name="Source">Its bytes.</param>
/// <param name="IsBigEndian">Whether the most significant byte of an element comes first.</param>
internal sealed record TorchStorage(string Key, string? TypeName, ByteSource Source, bool IsBigEndian);
