using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Numerics.Files;

/// <summary>A file that <c>torch.save</c> wrote, read as data: nested dicts, lists, numbers, texts and tensors. Nothing in it is ever run.</summary>
/// <remarks>
/// Both containers: the zip archive, and the older sequence of pickles with the tensors' bytes behind them. A file that names any other global than
/// those tensors and plain data need is refused, and there is no fallback. What is stricter than PyTorch, by decision: bytes behind a pickle's end or
/// the last storage, a storage of another length than stated or under two types, keys given twice, values that hold themselves.
/// Tensors that lie row-major in the file are views of it; checksums of a mapped archive are taken when a storage is first read.
/// </remarks>
public sealed class TorchFile : IDisposable
{
    private readonly OpenedFile _file;

    private TorchFile(OpenedFile file, PickleValue root) => (_file, Root) = (file, root);

    /// <summary>The path it was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>What was saved.</summary>
    public PickleValue Root { get; }

    /// <summary>Opens a file and reads all of it but the tensors' elements.</summary>
    /// <exception cref="FileException">It cannot be read, is damaged, or asks for more than data.</exception>
    public static TorchFile Open(string path) => Open(path, FileStorage.DefaultMapFrom);

    internal static TorchFile Open(string path, long mapFrom) => OpenedFile.Read(path, mapFrom, file =>
        new TorchFile(file, file.Start.StartsWith("PK"u8) ? TorchArchive.Read(file) : TorchSequence.Read(file)));

    /// <summary>Whether a file that begins like this is a torch file, or a pickle that such a reader should refuse by name.</summary>
    public static bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith("PK"u8) || (start.Length > 1 && start[0] == (byte)PickleOpcode.Proto);

    /// <summary>Closes the file. Tensors that were read stay valid.</summary>
    public void Dispose() => _file.Dispose();
}
