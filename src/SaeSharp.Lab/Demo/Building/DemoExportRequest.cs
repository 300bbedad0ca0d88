namespace SaeSharp.Lab.Demo.Building;

/// <summary>Write the demo model as a Hugging Face folder that transformers opens: config, weights, tokenizer with chat template.</summary>
public sealed record DemoExportRequest
{
    /// <summary>Folder to write.</summary>
    public required string Folder { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Files">Its files.</param>
public sealed record DemoExportResult(string Folder, IReadOnlyList<string> Files);
