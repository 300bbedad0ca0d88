using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>One run on its way through the blocks: its rows, its hooks, its buffers, and where it ends.</summary>
internal sealed class Pass
{
    private readonly HookSet? _hooks;
    private readonly int[]? _moved;
    private readonly int _lastHook;
    private readonly Scratch _scratch;

    /// <param name="backend">What computes.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="hooks">Callbacks.</param>
    /// <param name="lastHook">Order of the last hook that is needed; the run ends there.</param>
    /// <param name="state">Keys and values before these rows.</param>
    /// <param name="scratch">Buffers of this run alone.</param>
    public Pass(Backend backend, TokenBatch batch, HookSet? hooks, int lastHook, DecodingState? state, Scratch scratch)
    {
        (Backend, Batch, State) = (backend, batch, state);
        (_hooks, _lastHook, _scratch) = (hooks, lastHook, scratch);
        Before = state?.Count ?? 0;
        if (Before > 0) _moved = Array.ConvertAll(batch.Positions.ToArray(), position => Before + position);
        foreach (var sequence in batch.Sequences) Length = Math.Max(Length, Before + sequence.Count);
    }

    public Backend Backend { get; }

    public TokenBatch Batch { get; }

    public DecodingState? State { get; }

    public int Rows => Batch.Rows;

    /// <summary>Each row's place in its whole sequence, [rows].</summary>
    public ReadOnlySpan<int> Positions => _moved is null ? Batch.Positions : _moved;

    /// <summary>Positions of the sequence before these rows.</summary>
    public int Before { get; }

    /// <summary>Positions of the longest sequence, earlier ones included.</summary>
    public int Length { get; }

    /// <inheritdoc cref="Scratch.Take"/>
    public Tensor Take(Slot slot, params ReadOnlySpan<int> shape) => _scratch.Take(slot, shape);

    /// <summary>Whether anything looks at or changes this hook.</summary>
    public bool Wants(HookPoint point) => _hooks is not null && _hooks.Contains(point.Name);

    public bool Edits(HookPoint point) => _hooks is not null && _hooks.Edits(point.Name);

    /// <summary>Lets the hook's callbacks see <paramref name="value"/>. True where the run ends here, because nothing beyond is needed.</summary>
    public bool Ends(HookPoint point, Tensor value)
    {
        Fire(point, value, Positions);
        return EndsAt(point);
    }

    /// <summary>Lets the hook's callbacks see rows at <paramref name="positions"/>.</summary>
    public void Fire(HookPoint point, Tensor value, ReadOnlySpan<int> positions) => _hooks?.Fire(point.Name, value, positions);

    /// <summary>Whether nothing beyond this hook is needed.</summary>
    public bool EndsAt(HookPoint point) => point.Order >= _lastHook;
}
