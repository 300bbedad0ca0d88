using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>One run on its way through the blocks: its rows, its hooks, its buffers, and where it ends.</summary>
internal sealed class Pass
{
    private readonly HookSet? _hooks;
    private readonly Strand[]? _strands;
    private readonly KeyValueCache[] _caches = [];
    private readonly Tensor[] _inputs = [], _matrices = [];
    private readonly int[]? _moved;
    private readonly int _lastHook;
    private readonly Scratch _scratch;

    /// <param name="backend">What computes.</param>
    /// <param name="batch">The rows, each sequence from its start.</param>
    /// <param name="hooks">Callbacks that see all rows.</param>
    /// <param name="lastHook">Order of the last hook that is needed; the run ends there.</param>
    /// <param name="scratch">Buffers of this run alone.</param>
    public Pass(Backend backend, TokenBatch batch, HookSet? hooks, int lastHook, Scratch scratch)
    {
        (Backend, Batch, _hooks, _lastHook, _scratch) = (backend, batch, hooks, lastHook, scratch);
        foreach (var sequence in batch.Sequences) Length = Math.Max(Length, sequence.Count);
    }

    /// <param name="backend">What computes.</param>
    /// <param name="batch">The rows: sequence s goes on with strand s.</param>
    /// <param name="strands">Keys and values before these rows, and callbacks of each sequence.</param>
    /// <param name="scratch">Buffers of this run alone.</param>
    public Pass(Backend backend, TokenBatch batch, Strand[] strands, Scratch scratch)
    {
        (Backend, Batch, _strands, _lastHook, _scratch) = (backend, batch, strands, int.MaxValue, scratch);
        _caches = new KeyValueCache[strands.Length];
        (_inputs, _matrices) = (new Tensor[strands.Length], new Tensor[strands.Length]);
        _moved = batch.Positions.ToArray();
        for (var s = 0; s < strands.Length; s++)
        {
            var (start, count) = batch.Sequences[s];
            Length = Math.Max(Length, Before(s) + count);
            foreach (ref var position in _moved.AsSpan(start, count)) position += Before(s);
        }
    }

    public Backend Backend { get; }

    public TokenBatch Batch { get; }

    /// <summary>Whether the rows go on with states.</summary>
    public bool IsCached => _strands is not null;

    public int Rows => Batch.Rows;

    /// <summary>Each row's place in its whole sequence, [rows].</summary>
    public ReadOnlySpan<int> Positions => _moved is null ? Batch.Positions : _moved;

    /// <summary>Positions of the longest sequence, earlier ones included.</summary>
    public int Length { get; }

    /// <summary>Positions of a sequence before these rows.</summary>
    public int Before(int sequence) => _strands is null ? 0 : _strands[sequence].State.Count;

    /// <summary>The caches of a layer of attention, one a sequence; valid until the next call.</summary>
    public ReadOnlySpan<KeyValueCache> Caches(int layer)
    {
        for (var s = 0; s < _caches.Length; s++) _caches[s] = ((KeyValueMemory)_strands![s].State.Layer(layer)).Cache;
        return _caches;
    }

    /// <summary>The states of a layer of linear attention for this run to change, one a sequence; null where the rows go on with none. Valid until the next call.</summary>
    public (Tensor[]? Inputs, Tensor[]? Matrices) States(int layer)
    {
        if (_strands is null) return default;
        for (var s = 0; s < _strands.Length; s++) (_inputs[s], _matrices[s]) = ((RecurrentMemory)_strands[s].State.Layer(layer)).Begin();
        return (_inputs, _matrices);
    }

    /// <inheritdoc cref="Scratch.Take"/>
    public Tensor Take(Slot slot, params ReadOnlySpan<int> shape) => _scratch.Take(slot, shape);

    /// <summary>Whether anything looks at or changes this hook.</summary>
    public bool Wants(HookPoint point)
    {
        if (_strands is null) return Wants(_hooks, point);
        foreach (var strand in _strands)
            if (Wants(strand.Hooks, point)) return true;
        return false;
    }

    public bool Edits(HookPoint point)
    {
        if (_strands is null) return Edits(_hooks, point);
        foreach (var strand in _strands)
            if (Edits(strand.Hooks, point)) return true;
        return false;
    }

    /// <summary>Whether anything looks at or changes this hook's value of one sequence.</summary>
    public bool Wants(HookPoint point, int sequence) => Wants(HooksOf(sequence), point);

    public bool Edits(HookPoint point, int sequence) => Edits(HooksOf(sequence), point);

    /// <summary>Lets the hook's callbacks see <paramref name="value"/>. True where the run ends here, because nothing beyond is needed.</summary>
    public bool Ends(HookPoint point, Tensor value)
    {
        if (_strands is null) _hooks?.Fire(point.Name, value, Positions);
        else FireEach(point, value);
        return EndsAt(point);
    }

    /// <summary>Lets the hook's callbacks see the value of one sequence.</summary>
    public void Fire(HookPoint point, int sequence, Tensor value)
    {
        var (start, count) = Batch.Sequences[sequence];
        HooksOf(sequence)?.Fire(point.Name, value, Positions.Slice(start, count));
    }

    /// <summary>Whether nothing beyond this hook is needed.</summary>
    public bool EndsAt(HookPoint point) => point.Order >= _lastHook;

    /// <summary>Each strand's callbacks see its own rows.</summary>
    private void FireEach(HookPoint point, Tensor value)
    {
        for (var s = 0; s < _strands!.Length; s++)
        {
            if (!Wants(_strands[s].Hooks, point)) continue;
            var (start, count) = Batch.Sequences[s];
            Fire(point, s, _strands.Length == 1 ? value : value.Rows(start, count));
        }
    }

    private HookSet? HooksOf(int sequence) => _strands is null ? _hooks : _strands[sequence].Hooks;

    private static bool Wants(HookSet? hooks, HookPoint point) => hooks is not null && hooks.Contains(point);

    private static bool Edits(HookSet? hooks, HookPoint point) => hooks is not null && hooks.Edits(point);
}
