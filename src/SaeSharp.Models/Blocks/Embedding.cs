using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>The residual stream's start: a row of the table for each token, scaled or led into the stream's width, and where positions are learned a row for each of them.</summary>
internal sealed class Embedding
{
    private readonly Tensor? _positions;
    private readonly int _offset;
    private readonly double _scale;
    private readonly Linear? _into;
    private readonly HookPoint _hookEmbed;
    private readonly HookPoint? _hookPositions;

    public Embedding(ModelWeights weights, HookList hooks, TransformerSpec spec)
    {
        Tokens = weights.Take("embed.tokens", ("dVocab", spec.DVocab), ("dEmbed", spec.DEmbed ?? spec.DModel));
        Table = Tokens.Read();
        if (Table.DType == DType.F64) Table = Table.To(weights.ComputeType);
        _scale = spec.EmbeddingScale;
        if (spec.DEmbed is { } dEmbed) _into = new(weights, "embed.into", ("dEmbed", dEmbed), ("dModel", spec.DModel));
        _hookEmbed = hooks.Add("hook_embed", spec.DModel);
        if (spec.Positions[0] is not Positions.Learned learned) return;
        _offset = learned.Offset;
        _positions = weights.Take("embed.positions", ("positions", (int)Math.Min((long)spec.Context + _offset, int.MaxValue)), ("dModel", spec.DModel)).Read();
        if (_positions.DType == DType.F64) _positions = _positions.To(weights.ComputeType);
        _hookPositions = hooks.Add("hook_pos_embed", spec.DModel);
    }

    /// <summary>The table as stored, [dVocab, dEmbed].</summary>
    public StoredWeight Tokens { get; }

    /// <summary>[dVocab, dEmbed].</summary>
    public Tensor Table { get; }

    /// <summary>Fills x [rows, dModel]. True where the run ended on the way.</summary>
    public bool Run(Pass pass, Tensor x)
    {
        if (_into is null)
        {
            pass.Backend.Embed(pass.Batch.Ids, Table, x);
        }
        else
        {
            var narrow = pass.Take(Slot.Embedded, pass.Rows, Table.Columns);        // [rows, dEmbed]
            pass.Backend.Embed(pass.Batch.Ids, Table, narrow);
            _into.Forward(pass.Backend, narrow, x);
        }
        if (_scale != 1) pass.Backend.Scale(x, _scale, x);
        if (pass.Ends(_hookEmbed, x)) return true;
        if (_positions is null || _hookPositions is null) return false;

        var added = pass.Take(Slot.Added, x.Shape);                                 // [rows, dModel]
        pass.Backend.Embed(Rows(pass), _positions, added);
        if (pass.Ends(_hookPositions, added)) return true;
        pass.Backend.Add(x, added, x);
        return false;
    }

    /// <summary>The table row of each position.</summary>
    private int[] Rows(Pass pass) => Array.ConvertAll(pass.Positions.ToArray(), position => position + _offset);
}
