using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Library;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>What a training reads: texts that the model runs over, or an activation store.</summary>
internal sealed class TrainingData : IDisposable
{
    private readonly LanguageModel _model;
    private readonly Corpus? _corpus;
    private readonly ActivationStore? _store;
    private readonly CorpusOptions _windows;
    private CorpusActivations? _activations;

    private TrainingData(LanguageModel model, CorpusOptions windows, Corpus? corpus, ActivationStore? store) => (_model, _windows, _corpus, _store) = (model, windows, corpus, store);

    /// <summary>Opens what <paramref name="request"/> names; no activation is made yet.</summary>
    public static TrainingData Open(TrainRequest request, LanguageModel model)
    {
        if (request.Activations is null) return new(model, request.Corpus, Corpus.Read(request.Corpus, model), null);
        if (request.Corpus.Texts is not null || request.Corpus.IdsFile is not null)
            throw OptionException.Invalid("Texts and an activation store were given, expected one of them.", "Leave out --texts and --ids-file: the store holds what was made of its texts.");
        var store = ActivationStore.Open(request.Activations, model.Transformer.Backend);
        return store.Index.ModelSha256 == model.Sha256 ? new(model, store.Index.Windows, null, store)
            : throw OptionException.Invalid($"The activation store {request.Activations} was made with '{store.Index.Model}', whose config or weights differ from those of '{model.Name}'.", "Name that model, or make a store with this one.");
    }

    /// <summary>The texts; null for a store.</summary>
    public Corpus? Corpus => _corpus;

    /// <summary>Whether the model has to run.</summary>
    public bool Harvests => _store is null;

    /// <summary>Tokens of an epoch.</summary>
    public long Tokens => _corpus?.KeptTokens ?? _store!.Index.Tokens;

    /// <summary>Longest window.</summary>
    public int Context => _windows.Context;

    /// <summary>Whether windows begin with BOS.</summary>
    public bool PrependBos => _corpus is not null ? _corpus.Windows[0].Ids[0] == _model.BosId : _store!.Index.PrependBos;

    /// <summary>SHA-256 of the texts.</summary>
    public string Sha256 => _corpus?.Sha256 ?? _store!.Index.CorpusSha256;

    /// <summary>How the texts were cut.</summary>
    public string WindowsText => JsonSerializer.Serialize(_windows with { Texts = null, IdsFile = null }, LabJson.Options);

    /// <summary>Width of a row.</summary>
    public int Width(RowLayout layout) => layout.Parts.Sum(part => _store?.Width(part.Hook) ?? _model.Transformer.HookWidth(part.Hook));

    /// <summary>Harvests now what fits into <paramref name="cacheBytes"/>; otherwise when it is asked for.</summary>
    public void Harvest(IReadOnlyList<string> hooks, long cacheBytes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        if (_corpus is not null) _activations = CorpusActivations.Open(_model, _corpus, hooks, 0, cacheBytes, progress, cancel);
    }

    /// <summary>A stream of rows.</summary>
    public ActivationStream At(RowLayout layout, int seed) => _store?.At(layout, seed) ?? _activations!.At(layout, seed);

    public void Dispose() => _activations?.Dispose();
}
