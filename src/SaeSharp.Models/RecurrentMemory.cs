using SaeSharp.Numerics;

namespace SaeSharp.Models;

/// <summary>The state of a layer of linear attention: what its convolution saw last, and the matrix of each head.</summary>
/// <remarks>
/// A state is of one position and cannot be cut shorter: it can be left as it is, go on, or begin anew. A run changes a copy, which is kept when the run
/// succeeds, so that a failing one leaves nothing behind.
/// </remarks>
internal sealed class RecurrentMemory(Mixer.DeltaNet net, DType type) : LayerMemory
{
    private State? _held, _changing;
    private bool _isChanging;
    private int _count;

    public override long Bytes => ((long)net.Kernel * net.Channels + (long)net.ValueHeads * net.DKey * net.DValue) * type.Size();

    /// <summary>The state for a run to change: newest inputs of the convolution [kernel, channels], and S [valueHeads, dKey, dValue].</summary>
    public (Tensor Inputs, Tensor Matrices) Begin()
    {
        _changing ??= new(net, type);
        _changing.Become(_count == 0 ? null : _held);
        _isChanging = true;
        return (_changing.Inputs, _changing.Matrices);
    }

    public override bool Reaches(int count) => count == 0 || count == _count;

    public override LayerMemory Fork(int count, int capacity)
    {
        var fork = new RecurrentMemory(net, type) { _count = count };
        if (count > 0) (fork._held = new(net, type)).Become(_held);
        return fork;
    }

    public override void Settle(int count)
    {
        if (count > 0 && count < _count) throw new InvalidOperationException($"A state of {_count} positions cannot be cut to {count}.");
        if (_isChanging && count > _count) (_held, _changing) = (_changing, _held);
        _isChanging = false;
        _count = count;
    }

    public override void Dispose()
    {
        _held?.Free();
        _changing?.Free();
        (_held, _changing, _isChanging, _count) = (null, null, false, 0);
    }

    private sealed class State(Mixer.DeltaNet net, DType type)
    {
        public Tensor Inputs { get; } = Tensor.Zeros(type, net.Kernel, net.Channels);

        public Tensor Matrices { get; } = Tensor.Zeros(type, net.ValueHeads, net.DKey, net.DValue);

        /// <summary>Takes the numbers of another state; of none, zeros.</summary>
        public void Become(State? other)
        {
            if (other is null)
            {
                Inputs.Clear();
                Matrices.Clear();
                return;
            }
            other.Inputs.CopyTo(Inputs);
            other.Matrices.CopyTo(Matrices);
        }

        public void Free()
        {
            Inputs.Free();
            Matrices.Free();
        }
    }
}
