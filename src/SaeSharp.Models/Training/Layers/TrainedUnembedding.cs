using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>Logits of normed rows of the stream, and the loss of a few rows at a time, so that a large vocabulary needs no memory for the logits of all.</summary>
internal sealed class TrainedUnembedding
{
    /// <summary>Logits that exist at one time while a loss is computed.</summary>
    private const int ChunkLogits = 1 << 20;

    private readonly TrainedLinear _linear;
    private readonly TrainedLinear? _outOf;
    private readonly double _scale, _softCap;
    private readonly int _dVocab;
    private readonly RowTensor _narrow, _dNarrow;
    private readonly int _chunkRows;
    private readonly Chunk _chunk;

    public TrainedUnembedding(ParameterSource parameters, RowSpace space, TransformerSpec spec, Parameter tokens)
    {
        (_dVocab, _scale, _softCap) = (spec.DVocab, spec.LogitScale, spec.LogitSoftCap);
        var dEmbed = spec.DEmbed ?? spec.DModel;
        if (spec.DEmbed is not null) _outOf = parameters.Linear("unembed.out_of", ("dModel", spec.DModel), ("dEmbed", dEmbed));
        _linear = spec.TiedUnembedding
            ? new(tokens, parameters.TryTake("unembed.bias", ("dVocab", _dVocab)))
            : parameters.Linear("unembed", ("dEmbed", dEmbed), ("dVocab", _dVocab));
        (_narrow, _dNarrow) = (space.Own(dEmbed), space.Shared(RowSlot.Place, dEmbed));
        _chunkRows = Math.Clamp(ChunkLogits / _dVocab / 48 * 48, 48, 768);
        _chunk = new(space.Type, _chunkRows, _dVocab);
    }

    /// <summary>x [rows, dModel] → logits [rows, dVocab].</summary>
    public void Forward(StepContext context, Tensor x, Tensor logits)
    {
        _outOf?.Forward(context, x, _narrow.Value);
        Logits(context, _outOf is null ? x : _narrow.Value, logits);
    }

    /// <summary>The way back of <see cref="Forward"/>: adds the parameters' gradients and writes dx. dLogits is used up.</summary>
    public void Backward(StepContext context, Tensor x, Tensor logits, Tensor dLogits, Tensor dx)
    {
        Uncap(context, logits, dLogits, Tensor.Zeros(logits.DType, logits.Shape));
        _linear.Backward(context, _outOf is null ? x : _narrow.Value, dLogits, _outOf is null ? dx : _dNarrow.Value);
        _outOf?.Backward(context, x, _dNarrow.Value, dx);
    }

    /// <summary>Σ over rows with a target of their loss; where <paramref name="dx"/> is not null also the gradient of that sum times <paramref name="scale"/>.</summary>
    /// <param name="context">The batch.</param>
    /// <param name="x">[rows, dModel].</param>
    /// <param name="dx">[rows, dModel]; written.</param>
    /// <param name="scale">Factor on the gradients.</param>
    public double Loss(StepContext context, RowTensor x, RowTensor? dx, double scale)
    {
        _outOf?.Forward(context, x.Value, _narrow.Value);
        var inputs = (_outOf is null ? x : _narrow).Parts(_chunkRows);
        var gradients = dx is null ? null : (_outOf is null ? dx : _dNarrow).Parts(_chunkRows);
        var (sum, start) = (0.0, 0);
        for (var part = 0; part < inputs.Length; part++)
        {
            var rows = inputs[part].Shape[0];
            var (logits, losses, weights, spare) = _chunk.Of(rows, scale, _softCap != 0 && dx is not null);
            var targets = context.Batch.Targets.Slice(start, rows);
            Logits(context, inputs[part], logits);
            var dLogits = spare ?? logits;
            if (gradients is null) context.Backend.CrossEntropy(logits, targets, losses);
            else context.Backend.CrossEntropyWithGradient(logits, targets, weights, losses, dLogits);
            for (var row = 0; row < rows; row++) sum += losses.Read(row);
            start += rows;
            if (gradients is null) continue;
            if (spare is not null) Uncap(context, logits, dLogits, logits);
            else Scale(context, dLogits);
            _linear.Backward(context, inputs[part], dLogits, gradients[part]);
        }
        if (dx is not null) _outOf?.Backward(context, x.Value, _dNarrow.Value, dx.Value);
        return sum;
    }

    private void Logits(StepContext context, Tensor x, Tensor logits)
    {
        _linear.Forward(context, x, logits);
        Scale(context, logits);
        if (_softCap != 0) context.Backend.SoftCap(logits, _softCap, logits);
    }

    private void Scale(StepContext context, Tensor logits)
    {
        if (_scale != 1) context.Backend.Scale(logits, _scale, logits);
    }

    /// <summary>Through cap·tanh(x / cap), whose slope is 1 − (y / cap)², and the factor. <paramref name="spare"/> may be the logits.</summary>
    private void Uncap(StepContext context, Tensor logits, Tensor dLogits, Tensor spare)
    {
        if (_softCap != 0)
        {
            context.Backend.Multiply(logits, logits, spare);
            context.Backend.Multiply(spare, dLogits, spare);
            context.Backend.Scale(spare, -1 / (_softCap * _softCap), spare);
            context.Backend.Add(dLogits, spare, dLogits);
        }
        Scale(context, dLogits);
    }

    /// <summary>Memory for the logits of a few rows.</summary>
    private sealed class Chunk(DType type, int mostRows, int dVocab)
    {
        private readonly Tensor _logits = Tensor.Zeros(type, mostRows, dVocab), _losses = Tensor.Zeros(type, mostRows), _weights = Tensor.Zeros(type, mostRows);
        private Tensor? _spare;
        private double _scale;
        private (Tensor Logits, Tensor Losses, Tensor Weights, Tensor? Spare)? _last;

        public (Tensor Logits, Tensor Losses, Tensor Weights, Tensor? Spare) Of(int rows, double scale, bool withSpare)
        {
            if (withSpare) _spare ??= Tensor.Zeros(type, mostRows, dVocab);
            if (_scale != scale)
            {
                for (var row = 0; row < mostRows; row++) _weights.Write(row, scale);
                _scale = scale;
            }
            if (rows == mostRows) return (_logits, _losses, _weights, withSpare ? _spare : null);
            if (_last is { } last && last.Losses.Count == rows && last.Spare is not null == withSpare) return last;
            last = (_logits.Rows(0, rows), _losses.Rows(0, rows), _weights.Rows(0, rows), withSpare ? _spare!.Rows(0, rows) : null);
            _last = last;
            return last;
        }
    }
}
