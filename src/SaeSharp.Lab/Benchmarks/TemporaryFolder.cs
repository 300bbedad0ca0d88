namespace SaeSharp.Lab.Benchmarks;

/// <summary>A folder that is gone at the end of the block.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("saesharp-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
