using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>One half of the text that SAEs are scored on: its labels, and the model's activations at some hooks.</summary>
internal sealed class ScoredText : IDisposable
{
    private static readonly string[] SentenceEnds = [".", "?", "!", "/"];
    private readonly Dictionary<string, Tensor> _activations = [];

    private ScoredText(ConceptLabels labels, SentenceRows sentences) => (Labels, Sentences) = (labels, sentences);

    public ConceptLabels Labels { get; }

    public SentenceRows Sentences { get; }

    /// <summary>Runs the model over <paramref name="documents"/>; the first token and the last of each do not count.</summary>
    public static ScoredText Read(IReadOnlyList<WorldDocument> documents, LanguageModel model, IReadOnlyList<string> hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (grammar, sentences) = (WorldGrammar.Default, new SentenceRows());
        var ends = SentenceEnds.Select(sign => grammar.Lexicon.Id(sign)).ToHashSet();
        foreach (var document in documents) sentences.Add(document.Ids.AsSpan(1..^1), ends.Contains);
        var text = new ScoredText(new([.. documents.SelectMany(document => document.Truth[1..^1])], [.. documents.SelectMany(document => document.Unknown[1..^1])], grammar.Concepts.All.Count), sentences);
        text.Harvest(documents.Select((document, number) => new Window(number, document.Ids[..^1], [.. Enumerable.Range(1, document.Ids.Length - 2)])), model, hooks, progress, cancel);
        return text;
    }

    /// <summary>Activations of all rows, [rows, width]; of several hooks side by side where the name lists them with commas.</summary>
    public Tensor At(string hook)
    {
        if (_activations.TryGetValue(hook, out var known)) return known;
        Tensor[] parts = [.. hook.Split(',').Select(part => _activations[part])];
        var all = Tensor.Zeros(DType.F32, Labels.Rows, parts.Sum(part => part.Columns));
        for (var row = 0; row < all.RowCount; row++)
        {
            var into = all.Row<float>(row);
            var column = 0;
            foreach (var part in parts)
            {
                part.Row<float>(row).CopyTo(into[column..]);
                column += part.Columns;
            }
        }
        _activations.Add(hook, all);
        return all;
    }

    public void Dispose()
    {
        foreach (var tensor in _activations.Values) tensor.Free();
        _activations.Clear();
    }

    private void Harvest(IEnumerable<Window> windows, LanguageModel model, IReadOnlyList<string> hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var views = hooks.ToDictionary(hook => hook, hook => ActivationView.Of(model.Transformer, hook, SaeSharp.Saes.ModelProcessing.None));
        foreach (var (hook, view) in views) _activations[hook] = Tensor.Zeros(DType.F32, Labels.Rows, view.WidthOf(model.Transformer));
        var (meter, done) = (new ProgressMeter(progress, "harvesting", Labels.Rows, "tokens"), 0);
        new Harvester(model, [.. views.Values], Harvester.DefaultRows).Run(windows, batch =>
        {
            foreach (var (hook, view) in views) batch.Activations[view].CopyTo(_activations[hook].Rows(done, batch.KeptRows.Length));
            meter.Report(done += batch.KeptRows.Length);
        }, cancel);
    }
}
