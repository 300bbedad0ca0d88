using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>Activations on disk, read through the memory map: a folder with safetensors shards and an <c>index.json</c> (docs/activations.md).</summary>
/// <remarks>A shard is checked against its checksum when it is first used, so that a damaged file is named and never trained on. Not for several threads.</remarks>
internal sealed class ActivationStore
{
    /// <summary>Tokens that are read in a row: enough for the disk, few enough that an epoch mixes the whole store before the shuffle buffer mixes the runs.</summary>
    private const int RunTokens = 64;

    private readonly string _folder;
    private readonly ShardLayout?[] _shards;

    private readonly IReadOnlyDictionary<string, SparseAutoencoder> _coders;

    private ActivationStore(string folder, StoreIndex index, IReadOnlyDictionary<string, SparseAutoencoder> coders) =>
        (_folder, Index, _shards, _coders) = (folder, index, new ShardLayout?[index.Shards.Count], coders);

    public StoreIndex Index { get; }

    /// <summary>Opens a finished store whose files are all there; no activation is read yet.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="backend">Decodes hooks that are kept as codes; left out: the plain reference.</param>
    public static ActivationStore Open(string folder, Backend? backend = null)
    {
        if (!StoreIndex.Exists(folder)) throw StoreException.NoStore(folder);
        var index = StoreIndex.Read(folder);
        if (!index.Complete) throw StoreException.Unfinished(folder, index.Shards.Sum(shard => (long)shard.Tokens), index.Tokens);
        foreach (var shard in index.Shards) ShardLayout.RequireSize(folder, shard);
        return new(folder, index, StoredCoders.Load(folder, index, backend ?? Reference.Instance));
    }

    /// <summary>Width of a hook's activations.</summary>
    public int Width(string hook) => Index.Hooks.FirstOrDefault(stored => stored.Name == hook)?.Width ?? throw StoreException.NoHook(_folder, hook, [.. Index.Hooks.Select(stored => stored.Name)]);

    /// <summary>A stream of rows, in an order of runs that depends on seed and epoch.</summary>
    public ActivationStream At(RowLayout layout, int seed)
    {
        var width = layout.Parts.Sum(part => (long)Width(part.Hook));
        if (width > Array.MaxLength) throw OptionException.Invalid($"A row of '{layout}' has {width} numbers, expected at most {Array.MaxLength}.", "Ask for fewer parts.");
        var (places, counts) = (new List<(int Shard, int First)>(), new List<int>());
        for (var shard = 0; shard < Index.Shards.Count; shard++)
        {
            var tokens = Index.Shards[shard].Tokens;
            for (var first = 0; first < tokens; first += RunTokens)
            {
                places.Add((shard, first));
                counts.Add(RowsOf(layout, shard, first)?.Length ?? Math.Min(RunTokens, tokens - first));
            }
        }
        return counts.Any(count => count > 0) ? new Stream(this, layout, (int)width, [.. places], [.. counts], seed) : throw StoreException.NoNeighbours(_folder, layout.ToString());
    }

    private ShardLayout Shard(int shard) => _shards[shard] ??= ShardLayout.Open(_folder, Index, Index.Shards[shard], _coders);

    private int[]? RowsOf(RowLayout layout, int shard, int first)
    {
        if (!layout.HasNeighbours) return null;
        var (opened, rows) = (Shard(shard), new List<int>(RunTokens));
        for (var row = first; row < Math.Min(first + RunTokens, Index.Shards[shard].Tokens); row++)
            if (layout.Fits(opened.PositionOfToken, opened.DocumentOfToken, row)) rows.Add(row - first);
        return [.. rows];
    }

    /// <summary>Rows in an order of runs that depends on the epoch.</summary>
    private sealed class Stream(ActivationStore store, RowLayout layout, int width, (int Shard, int First)[] places, int[] counts, int seed) : UnitStream(layout, width, counts, seed)
    {
        protected override int[]? RowsOf(int unit) => store.RowsOf(Layout, places[unit].Shard, places[unit].First);

        protected override void ReadUnits(IReadOnlyList<int> units, UnitSink take, CancellationToken cancel)
        {
            var sources = new Tensor[Layout.Parts.Count];
            foreach (var unit in units)
            {
                cancel.ThrowIfCancellationRequested();
                var (shard, first) = places[unit];
                if (store.Index.HasCodes) TakeDecoded(unit, store.Shard(shard), first, take);
                else
                {
                    for (var part = 0; part < sources.Length; part++) sources[part] = store.Shard(shard).Activations(Layout.Parts[part].Hook)!;
                    take(unit, sources, first);
                }
            }
        }

        /// <summary>The run with its neighbours on both sides, of coded hooks decoded.</summary>
        private void TakeDecoded(int unit, ShardLayout shard, int first, UnitSink take)
        {
            var tokens = shard.PositionOfToken.Length;
            var (from, to) = (Math.Max(0, first + Layout.First), Math.Min(tokens, first + RunTokens + Layout.Last));
            var decoded = Layout.Hooks.Where(hook => shard.Activations(hook) is null).ToDictionary(hook => hook, hook => shard.Decoded(hook, from, to - from));
            take(unit, [.. Layout.Parts.Select(part => shard.Activations(part.Hook)?.Rows(from, to - from) ?? decoded[part.Hook])], first - from);
            foreach (var tensor in decoded.Values) tensor.Free();
        }
    }
}
