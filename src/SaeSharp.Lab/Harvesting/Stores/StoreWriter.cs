using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>Makes an activation store: shard by shard, each whole or not at all. What is already there and sound is kept, so that the same command goes on with a run that was stopped and mends a damaged store.</summary>
internal sealed class StoreWriter
{
    private readonly string _folder;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly StoreIndex _index;
    private readonly List<Part> _parts = [];
    private readonly IReadOnlyDictionary<string, LoadedSae> _coders;

    /// <param name="folder">The store's folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">How the texts are cut.</param>
    /// <param name="hooks">Hooks to store.</param>
    /// <param name="dtype">As what.</param>
    /// <param name="shardMiB">Size of a shard whose hooks are not coded; windows are never split.</param>
    /// <param name="coders">SAEs as whose codes the hooks that they read are kept.</param>
    /// <param name="residualBits">Bits of each number of what the codes leave; 0 drops it.</param>
    public StoreWriter(string folder, LanguageModel model, CorpusOptions options, IReadOnlyList<string> hooks, StoreType dtype, int shardMiB, IReadOnlyList<LoadedSae>? coders = null, int residualBits = 0)
    {
        if (residualBits is not (0 or 4 or 8)) throw OptionException.Invalid($"--residual-bits is {residualBits}, expected 0, 4 or 8.", "0 keeps the codes alone.");
        _coders = StoredCoders.Of(coders ?? [], [.. hooks.Distinct()], model);
        (_folder, _model, _corpus) = (Path.GetFullPath(folder), model, Corpus.Read(options, model));
        StoredHook[] stored = [.. hooks.Distinct().Select(hook => new StoredHook(hook, model.Transformer.HookWidth(model.Transformer.RequireHook(hook)), Codes(hook, residualBits)))];
        _index = StoreIndex.Of(model.Name, model.Sha256, _corpus.Sha256, options) with
        {
            Version = _coders.Count > 0 ? 2 : 1,
            PrependBos = _corpus.Windows[0].Ids[0] == model.BosId,
            Dtype = dtype,
            Hooks = stored,
            Tokens = _corpus.KeptTokens,
            Documents = _corpus.Documents,
        };
        var most = Math.Clamp(((long)OptionException.Positive(shardMiB, "--shard-mib") << 20) / _index.BytesPerToken, 1, int.MaxValue / 2);
        for (var first = 0; first < _corpus.Windows.Count;)
        {
            var (end, tokens) = (first, 0);
            while (end < _corpus.Windows.Count && (tokens == 0 || tokens + _corpus.Windows[end].Kept.Length <= most)) tokens += _corpus.Windows[end++].Kept.Length;
            if (tokens > 0) _parts.Add(new(string.Create(CultureInfo.InvariantCulture, $"activations-{_parts.Count:D5}.safetensors"), first, end - first, tokens));
            first = end;
        }
    }

    /// <summary>Writes what is missing.</summary>
    public StoreSummary Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var kept = SoundShards();
        RequireSpace(_parts.Where(part => !kept.ContainsKey(part.File)).Sum(part => part.Tokens * _index.LeastBytesPerToken));
        Directory.CreateDirectory(_folder);
        AtomicFile.RemoveLeftovers(_folder);
        var coded = _index.Hooks.Where(hook => hook.Codes is not null).ToList();
        var index = coded.Count == 0 ? _index : _index with { CoderXxh3 = StoredCoders.Write(_folder, coded.Select(hook => _coders[hook.Name].Sae)) };
        var (done, before, shards) = (kept.Values.Sum(shard => (long)shard.Tokens), kept.Values.Sum(shard => (long)shard.Tokens), new SortedDictionary<string, Shard>(kept, StringComparer.Ordinal));
        var meter = new ProgressMeter(progress, "harvesting", _index.Tokens, "tokens");
        foreach (var part in _parts.Where(part => !kept.ContainsKey(part.File)))
        {
            var tensors = Harvest(part, rows => meter.Report(done += rows, before: before), cancel);
            var path = Path.Combine(_folder, part.File);
            SafetensorsWriter.Write(path, tensors.Select(tensor => (tensor.Key, tensor.Value)));
            foreach (var tensor in tensors.Values) tensor.Free();
            shards[part.File] = new(part.File, part.Tokens, new FileInfo(path).Length, ShardChecksum.OfFile(path));
            (index with { Shards = [.. shards.Values] }).Write(_folder);
        }
        var finished = index with { Shards = [.. shards.Values], Complete = true };
        finished.Write(_folder);
        return new(shards.Count, kept.Count, finished.Tokens, finished.Documents, finished.Shards.Sum(shard => shard.Bytes), _index.Dtype,
            [.. finished.Hooks.Select(hook => new SummaryHook(hook.Name, hook.Width, hook.Codes is null ? null : CodedCost.Of(_coders[hook.Name], hook, _model, _corpus, cancel)))]);
    }

    /// <summary>The shards of an earlier run of the same command that are whole.</summary>
    private Dictionary<string, Shard> SoundShards()
    {
        if (!StoreIndex.Exists(_folder))
        {
            if (Directory.Exists(_folder) && Directory.EnumerateFileSystemEntries(_folder).Any(entry => !Path.GetFileName(entry).StartsWith("activations-", StringComparison.Ordinal)
                && !Path.GetFileName(entry).StartsWith(StoredCoders.Prefix, StringComparison.Ordinal) && !Path.GetFileName(entry).StartsWith(StoreIndex.FileName, StringComparison.Ordinal))) throw StoreException.NotEmpty(_folder);
            return [];
        }
        var before = StoreIndex.Read(_folder);
        if (_index.FirstDifference(before) is { } other) throw StoreException.OtherStore(_folder, other.What, other.Theirs, other.Ours);
        var planned = _parts.ToDictionary(part => part.File, part => part.Tokens);
        foreach (var shard in before.Shards)
            if (planned.GetValueOrDefault(shard.File) is var tokens && tokens != shard.Tokens) throw StoreException.OtherStore(_folder, $"{shard.Tokens} tokens in", shard.File, $"{tokens}: other shard sizes (--shard-mib)");
        return before.Shards.Where(shard => ShardLayout.Fault(Path.Combine(_folder, shard.File), shard) is null).ToDictionary(shard => shard.File);
    }

    private Dictionary<string, Tensor> Harvest(Part part, Action<int> report, CancellationToken cancel)
    {
        var coded = _index.Hooks.Where(hook => hook.Codes is not null).ToDictionary(hook => hook.Name, hook => new CodedRows(_coders[hook.Name].Sae, hook.Codes!, hook.Width));
        var tensors = _index.Hooks.Where(hook => hook.Codes is null).ToDictionary(hook => hook.Name, hook => Tensor.Zeros(_index.Dtype.Held(), part.Tokens, hook.Width));
        var (ids, documents, positions) = (Tensor.Zeros(DType.I32, part.Tokens), Tensor.Zeros(DType.I64, part.Tokens), Tensor.Zeros(DType.I32, part.Tokens));
        var views = _index.Hooks.ToDictionary(hook => hook.Name, hook => ActivationView.Of(_model.Transformer, hook.Name, ModelProcessing.None));
        var (at, tokenAt) = (0, 0);
        new Harvester(_model, [.. views.Values.Distinct()], Harvester.DefaultRows).Run(_corpus.Windows.Skip(part.FirstWindow).Take(part.Windows), batch =>
        {
            foreach (var (hook, view) in views)
            {
                if (coded.TryGetValue(hook, out var rows)) rows.Add(batch.Activations[view]).Free();
                else for (var row = 0; row < batch.KeptRows.Length; row++) batch.Activations[view].ConvertRow(row, tensors[hook], at + row);
            }
            at += batch.KeptRows.Length;
            foreach (var window in batch.Windows)
            {
                window.KeptDocuments().CopyTo(documents.Span<long>()[tokenAt..]);
                window.Kept.CopyTo(positions.Span<int>()[tokenAt..]);
                foreach (var position in window.Kept) ids.Span<int>()[tokenAt++] = window.Ids[position];
            }
            report(batch.KeptRows.Length);
        }, cancel);
        foreach (var (hook, rows) in coded)
            foreach (var (name, tensor) in rows.Tensors(hook)) tensors.Add(name, tensor);
        tensors.Add(ShardLayout.Ids, ids);
        tensors.Add(ShardLayout.Documents, documents);
        tensors.Add(ShardLayout.Positions, positions);
        return tensors;
    }

    private StoredCodes? Codes(string hook, int residualBits) => _coders.TryGetValue(hook, out var sae) ? new(sae.Name, sae.WeightsSha256, sae.DSae, residualBits) : null;

    private void RequireSpace(long bytes)
    {
        var there = _folder;
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there)!;
        var free = new DriveInfo(there).AvailableFreeSpace;
        if (bytes > free) throw StoreException.OutOfSpace(_folder, bytes / (double)(1L << 30), free / (double)(1L << 30));
    }

    /// <summary>What one shard is to hold.</summary>
    private sealed record Part(string File, int FirstWindow, int Windows, int Tokens);
}

/// <summary>An activation store that was written.</summary>
/// <param name="Shards">Its files.</param>
/// <param name="Kept">How many of them were there already.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Documents">Documents that they are of.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Dtype">How it keeps activations.</param>
/// <param name="Hooks">Its hooks.</param>
public sealed record StoreSummary(int Shards, int Kept, long Tokens, long Documents, long Bytes, StoreType Dtype, IReadOnlyList<SummaryHook> Hooks);

/// <summary>A hook of a store.</summary>
/// <param name="Name">The hook point.</param>
/// <param name="Width">Width of its activations.</param>
/// <param name="Codes">What keeping it as codes saves and costs; null where its numbers are kept.</param>
public sealed record SummaryHook(string Name, int Width, CodedCost? Codes = null);
