using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Jobs;

/// <summary>The jobs of a workspace on the disk: <c>jobs/</c> with a small file for each, and one for its result. One program at a time runs them.</summary>
internal sealed class JobFolder(string home)
{
    private const string LockFile = ".lock", Ending = ".json", ResultEnding = ".result";
    private const long LongestJob = 16L << 20;
    private static readonly JsonSerializerOptions Options = new(LabJson.Options) { AllowOutOfOrderMetadataProperties = true };

    /// <summary>The folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(home, "jobs");

    /// <summary>Whether there ever was a job.</summary>
    public bool Exists => Directory.Exists(Path);

    /// <summary>Makes the jobs this program's to run, until what is returned is disposed of; null where another program runs them. A killed program holds nothing.</summary>
    /// <exception cref="FileException">The folder cannot be written to.</exception>
    public IDisposable? TryLock()
    {
        try
        {
            Directory.CreateDirectory(Path);
            var held = new FileStream(System.IO.Path.Combine(Path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            AtomicFile.RemoveLeftovers(Path);
            return held;
        }
        catch (UnauthorizedAccessException error)
        {
            throw FileException.Unwritable(Path, error);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>All jobs that can be read. One that is damaged, or of another version, does not hide the others.</summary>
    public IEnumerable<Job> All() => !Exists ? [] : Directory.EnumerateFiles(Path, $"*{Ending}").Select(file => Find(System.IO.Path.GetFileNameWithoutExtension(file))).OfType<Job>();

    /// <summary>A job with its request; null where its file is not there or cannot be read.</summary>
    public Job? Find(string id)
    {
        var file = FileOf(id, Ending);
        try
        {
            return new FileInfo(file) is { Exists: true, Length: <= LongestJob } && JsonSerializer.Deserialize<Job>(File.ReadAllBytes(file), Options) is { } job && job.Id == id ? job : null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null; // it stays where it is for a person to look at
        }
    }

    /// <summary>Writes a job's file whole or not at all.</summary>
    public void Write(Job job) => AtomicFile.Write(FileOf(job.Id, Ending), JsonSerializer.SerializeToUtf8Bytes(job with { Result = null, Ahead = null }, Options));

    /// <summary>Writes what a job gave.</summary>
    public void WriteResult(string id, object result) => AtomicFile.Write(FileOf(id, ResultEnding), stream => JsonSerializer.Serialize(stream, result, result.GetType(), LabJson.Options));

    /// <summary>What a job gave; null where there is nothing that can be read.</summary>
    public JsonElement? Result(string id)
    {
        var file = FileOf(id, ResultEnding);
        try
        {
            return File.Exists(file) ? StrictJson.Read(file) : null;
        }
        catch (FileException)
        {
            return null; // resuming makes it again
        }
    }

    /// <summary>Forgets a job.</summary>
    public void Delete(string id)
    {
        File.Delete(FileOf(id, Ending));
        File.Delete(FileOf(id, ResultEnding));
    }

    private string FileOf(string id, string ending) => System.IO.Path.Combine(Path, id + ending);
}
