using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>The residual stream's start: a row of the table for each token, scaled or led into the stream's width, and where positions are learned a row for each of them.</summary>
internal sealed class TrainedEmbedding
{
    private readonly Parameter? _positions;
    private readonly TrainedLinear? _into;
    private readonly RowTensor _narrow, _place, _stream;
    private readonly double _scale;
    private readonly int _offset;
    private int[] _rows = [];

    public TrainedEmbedding(ParameterSource parameters, RowSpace space, TransformerSpec spec)
    {
        Tokens = parameters.Take("embed.tokens", ("dVocab", spec.DVocab), ("dEmbed", spec.DEmbed ?? spec.DModel));
        if (spec.DEmbed is { } dEmbed) _into = parameters.Linear("embed.into", ("dEmbed", dEmbed), ("dModel", spec.DModel));
        (_scale, _stream, _place) = (spec.EmbeddingScale, space.Own(spec.DModel), space.Shared(RowSlot.Place, spec.DModel));
        _narrow = _into is null ? _stream : space.Own(Tokens.Value.Columns);
        if (spec.Positions[0] is not Positions.Learned learned) return;
        _offset = learned.Offset;
        _positions = parameters.Take("embed.positions", ("positions", (int)Math.Min((long)spec.Context + _offset, int.MaxValue)), ("dModel", spec.DModel));
    }

    /// <summary>The table, [dVocab, dEmbed].</summary>
    public Parameter Tokens { get; }

    /// <summary>[rows, dModel].</summary>
    public Tensor Forward(StepContext context)
    {
        var (backend, x) = (context.Backend, _stream.Value);
        backend.Embed(context.Batch.Ids, Tokens.Value, _narrow.Value);
        _into?.Forward(context, _narrow.Value, x);
        if (_scale != 1) backend.Scale(x, _scale, x);
        if (_positions is null) return x;
        backend.Embed(Rows(context.Batch), _positions.Value, _place.Value);
        backend.Add(x, _place.Value, x);
        return x;
    }

    /// <summary>Adds the tables' gradients; the stream's is used up.</summary>
    public void Backward(StepContext context, Tensor gradient)
    {
        var backend = context.Backend;
        if (_positions is not null) backend.EmbedBackward(Rows(context.Batch), gradient, _positions.Gradient);
        if (_scale != 1) backend.Scale(gradient, _scale, gradient);
        if (_into is not null)
        {
            var narrow = context.Space.Shared(RowSlot.Place, Tokens.Value.Columns).Value;
            _into.Backward(context, _narrow.Value, gradient, narrow);
            gradient = narrow;
        }
        backend.EmbedBackward(context.Batch.Ids, gradient, Tokens.Gradient);
    }

    /// <summary>The table row of each position.</summary>
    private ReadOnlySpan<int> Rows(TrainingBatch batch)
    {
        if (_rows.Length < batch.Rows) _rows = new int[batch.Rows];
        for (var i = 0; i < batch.Rows; i++) _rows[i] = batch.Positions[i] + _offset;
        return _rows.AsSpan(0, batch.Rows);
    }
}
