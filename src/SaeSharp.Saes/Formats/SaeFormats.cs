namespace SaeSharp.Saes.Formats;

/// <summary>All layouts, those first whose files nothing else has.</summary>
internal static class SaeFormats
{
    public static IReadOnlyList<SaeFormat> All { get; } =
    [
        new SaeLens(), new Sparsify(), new GemmaScope(), new GemmaScope2(), new LlamaScope(), new LlamaScopeR1(), new OpenMossCrosscoder(), new OpenMoss(), new DictionaryLearning(), new TemporalCheckpoint(),
        new MntssCrossLayer(), new MwhannaTranscoder(), new QwenScope(), new ConnorRobHookZ(), new OpenAi(), new TorchDictionary(),
    ];

    /// <summary>Names of all of them, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.SelectMany(format => format.Names).Order(StringComparer.Ordinal)];

    /// <summary>The layout that the origin names, or else that of the files; null where there is none.</summary>
    /// <exception cref="SaeException">The origin names a layout that is not known.</exception>
    public static SaeFormat? Of(SaeFiles files) => files.Origin?.Format is not { } name ? All.FirstOrDefault(format => format.Recognises(files))
        : All.FirstOrDefault(format => format.Names.Contains(name)) ?? throw SaeException.UnknownFormat(name, Names);
}
