using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Requests without a tail that would give the verdict away, and the model's activations at their positions.</summary>
internal sealed class RequestRows : IDisposable
{
    public static readonly string[] Positions = ["frame", "verb", "decisive", "end", "assistant", "colon"];
    private readonly Dictionary<(string Hook, int Position), Tensor> _activations = [];

    private RequestRows(IReadOnlyList<WorldDocument> documents) =>
        Labels = new([.. documents.Select(document => document.Request!.IsHarmful ? ConceptSet.Of(0) : default)], new ConceptSet[documents.Count], 1);

    /// <summary>One concept: harmful.</summary>
    public ConceptLabels Labels { get; }

    /// <summary>Requests of a kind, from a stream that holds them.</summary>
    public static IReadOnlyList<WorldDocument> Find(long seed, int count, bool unseenPairs, bool unseenFrames) =>
    [
        .. new WorldStream(WorldGrammar.Default, seed, allowsHeldOut: true).From()
            .Where(document => document.Request is { HasTail: false } && (document.HeldOut & (HeldOut.Pair | HeldOut.Word)) != 0 == unseenPairs && document.HeldOut.HasFlag(HeldOut.Frame) == unseenFrames)
            .Take(count),
    ];

    public static RequestRows Read(IReadOnlyList<WorldDocument> documents, LanguageModel model, IReadOnlyList<string> hooks, CancellationToken cancel)
    {
        var rows = new RequestRows(documents);
        var views = hooks.ToDictionary(hook => hook, hook => ActivationView.Of(model.Transformer, hook, SaeSharp.Saes.ModelProcessing.None));
        foreach (var (hook, view) in views)
            for (var position = 0; position < Positions.Length; position++) rows._activations[(hook, position)] = Tensor.Zeros(DType.F32, documents.Count, view.WidthOf(model.Transformer));
        var done = 0;
        // All tokens of a prompt count, since one may be two positions; the rows wanted are picked out.
        new Harvester(model, [.. views.Values], Harvester.DefaultRows).Run(documents.Select((document, number) => new Window(number, document.Ids[..(document.Request!.Colon + 1)], [.. Enumerable.Range(0, document.Request.Colon + 1)])), batch =>
        {
            var start = 0;
            foreach (var window in batch.Windows)
            {
                foreach (var (position, place) in documents[done].Request!.Positions.Index())
                    foreach (var (hook, view) in views)
                        batch.Activations[view].Row<float>(start + place.Position).CopyTo(rows._activations[(hook, position)].Row<float>(done));
                start += window.Ids.Length;
                done++;
            }
        }, cancel);
        return rows;
    }

    /// <summary>Activations at a position, [requests, width].</summary>
    public Tensor At(string hook, int position)
    {
        if (_activations.TryGetValue((hook, position), out var known)) return known;
        Tensor[] parts = [.. hook.Split(',').Select(part => _activations[(part, position)])];
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
        _activations.Add((hook, position), all);
        return all;
    }

    public void Dispose()
    {
        foreach (var tensor in _activations.Values) tensor.Free();
        _activations.Clear();
    }
}
