using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Families;
using SaeSharp.Models.Training.Layers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Training;

/// <summary>A language model that can be run backward: the loss of a batch with the gradient of every parameter, or of the residual stream before any block.</summary>
/// <remarks>
/// Every dense family: what differs between them is read from the <see cref="TransformerSpec"/>, as <see cref="Transformer"/> does. Weights are copied, so files stay
/// as they are. Activations are kept from the way there to the way back, in memory that is used again: steps allocate nothing once the largest batch has been seen.
/// Not for several threads; the backend's threads work inside each operation, and their number changes no bit.
/// </remarks>
public sealed class DifferentiableTransformer
{
    private readonly StepContext _context;
    private readonly RowSpace _space;
    private readonly TrainedEmbedding _embedding;
    private readonly TrainedBlock[] _blocks;
    private readonly TrainedNorm? _finalNorm;
    private readonly TrainedUnembedding _unembedding;
    private readonly RowTensor _given, _normed, _gradient, _logits;
    private readonly Tensor[] _streams; // before each block, and behind the last
    private int _from;
    private bool _startsAtTables;

    private DifferentiableTransformer(HfConfig config, TransformerSpec spec, WeightTable table, ParameterSource parameters, Backend backend)
    {
        (Config, Spec, Table) = (config, spec, table);
        _space = new(parameters.Type);
        _context = new(backend, _space);
        var rotaries = new Dictionary<Positions.Rotary, TrainedRotary>();
        _embedding = new(parameters, _space, spec);
        _blocks = new TrainedBlock[spec.Layers];
        for (var layer = 0; layer < _blocks.Length; layer++) _blocks[layer] = TrainedBlock.Of(parameters, _space, spec, layer, Rotary(layer));
        _finalNorm = TrainedNorm.Find(parameters, "final_norm", spec.Norm, ("dModel", spec.DModel));
        _unembedding = new(parameters, _space, spec, _embedding.Tokens);
        if (parameters.Left.Count > 0) throw ModelException.NotTrainable($"'{parameters.Left.First()}'");
        Parameters = parameters.Taken;
        (_given, _normed, _gradient, _logits) = (_space.Own(spec.DModel), _space.Own(spec.DModel), _space.Shared(RowSlot.StreamGradient, spec.DModel), _space.Own(spec.DVocab));
        _streams = new Tensor[_blocks.Length + 1];

        TrainedRotary? Rotary(int layer)
        {
            if (spec.Positions[layer] is not Positions.Rotary rotary) return null;
            return rotaries.TryGetValue(rotary, out var known) ? known : rotaries[rotary] = new(rotary, spec.Context, parameters.Type);
        }
    }

    /// <summary>What the model is built of.</summary>
    public TransformerSpec Spec { get; }

    /// <summary>What its <c>config.json</c> says.</summary>
    public HfConfig Config { get; }

    /// <summary>All parameters; a tied table is there once, and its gradient is the sum of both uses.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Number of all parameters.</summary>
    public long ParameterCount => Parameters.Sum(parameter => parameter.Value.Count);

    /// <summary>What computes.</summary>
    public Backend Backend => _context.Backend;

    /// <summary>F32 or F64.</summary>
    public DType Type => _space.Type;

    /// <summary>Bytes of activations and their gradients held so far.</summary>
    public long ActivationBytes => _space.Bytes;

    /// <summary>The names checkpoints have for the parameters.</summary>
    internal WeightTable Table { get; }

    /// <summary>Opens a model to go on with: what <see cref="Transformer.Load"/> opens, where it is dense.</summary>
    /// <exception cref="ModelException">There is no model, its weights do not fit, or it has a part that cannot be trained.</exception>
    public static DifferentiableTransformer Load(string folderOrFile, Backend backend, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(folderOrFile);
        ArgumentNullException.ThrowIfNull(backend);
        using var source = ModelSource.Open(folderOrFile);
        return new(source.Config, source.Spec, source.Table, new StoredParameters(source.Weights(type)), backend);
    }

    /// <summary>A model that has learnt nothing yet, as <paramref name="config"/> describes it, with weights drawn from <paramref name="seed"/>.</summary>
    /// <exception cref="ModelException">The family is unknown, or the model has a part that cannot be trained.</exception>
    public static DifferentiableTransformer Create(HfConfig config, int seed, Backend backend, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(backend);
        var (_, family) = FamilyCatalog.Of(config);
        var (spec, table) = (family.Describe(config), family.Weights(config));
        return new(config, spec, table, new NewParameters(table, spec.Layers, seed, type), backend);
    }

    /// <summary>Σ over the batch's targets of their cross-entropy, nats.</summary>
    public double Loss(TrainingBatch batch)
    {
        Begin(batch, 0, startsAtTables: true);
        var x = Run(_embedding.Forward(_context), 0);
        return _unembedding.Loss(_context, Normed(x), null, 0);
    }

    /// <summary>The same, and adds <paramref name="scale"/> times its gradient to that of every parameter. With 1 / (targets of all batches of a step) the sum over them is the mean loss's gradient.</summary>
    public double LossAndGradients(TrainingBatch batch, double scale)
    {
        Begin(batch, 0, startsAtTables: true);
        var x = Run(_embedding.Forward(_context), 0);
        var loss = _unembedding.Loss(_context, Normed(x), _gradient, scale);
        Back(intoTables: true);
        return loss;
    }

    /// <summary>Logits of every row, [rows, dVocab]; valid until the next pass.</summary>
    public Tensor Forward(TrainingBatch batch)
    {
        Begin(batch, 0, startsAtTables: true);
        return Logits(Run(_embedding.Forward(_context), 0));
    }

    /// <summary>Logits where the residual stream before block <paramref name="block"/> is <paramref name="stream"/> [rows, dModel], however it came about; a block of Layers is the stream behind the last.</summary>
    public Tensor ForwardFrom(TrainingBatch batch, int block, Tensor stream)
    {
        BeginFrom(batch, block, stream);
        return Logits(Run(_given.Value, block));
    }

    /// <summary>The loss from such a stream on, and scale times its gradient with respect to the stream, written to <paramref name="gradient"/> [rows, dModel]; parameters get none.</summary>
    public double LossFrom(TrainingBatch batch, int block, Tensor stream, double scale, Tensor gradient)
    {
        BeginFrom(batch, block, stream);
        Shape.Require(gradient, Type, [("rows", batch.Rows), ("dModel", Spec.DModel)]);
        var x = Run(_given.Value, block);
        _context.LearnsParameters = false;
        var loss = _unembedding.Loss(_context, Normed(x), _gradient, scale);
        Back(intoTables: false, gradient);
        _context.LearnsParameters = true;
        return loss;
    }

    /// <summary>The way back of <see cref="Forward"/> or <see cref="ForwardFrom"/>: from d(loss)/d(logits), which is used up, to the gradient of the stream that the pass began with, and of the parameters on the way if wanted.</summary>
    /// <param name="dLogits">[rows, dVocab]; used up.</param>
    /// <param name="gradient">[rows, dModel]; written, where not null.</param>
    /// <param name="parameters">Whether the parameters' gradients are added to.</param>
    public void Backward(Tensor dLogits, Tensor? gradient = null, bool parameters = true)
    {
        Shape.Require(dLogits, Type, [("rows", _space.Rows), ("dVocab", Spec.DVocab)]);
        _context.LearnsParameters = parameters;
        _unembedding.Backward(_context, _normed.Value, _logits.Value, dLogits, _gradient.Value);
        Back(intoTables: parameters && _startsAtTables, gradient);
        _context.LearnsParameters = true;
    }

    /// <summary>Sets every gradient to zero.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in Parameters) parameter.Gradient.Clear();
    }

    private void Begin(TrainingBatch batch, int block, bool startsAtTables)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.LongestSequence > Spec.Context) throw ModelException.TooLong(batch.LongestSequence, Spec.Context);
        _context.Begin(batch);
        (_from, _startsAtTables) = (block, startsAtTables);
    }

    private void BeginFrom(TrainingBatch batch, int block, Tensor stream)
    {
        OptionException.InRange(block, 0, Spec.Layers, nameof(block));
        Begin(batch, block, startsAtTables: false);
        Shape.Require(stream, Type, [("rows", batch.Rows), ("dModel", Spec.DModel)]);
        stream.CopyTo(_given.Value);
    }

    private Tensor Run(Tensor x, int block)
    {
        for (var layer = block; layer < _blocks.Length; layer++)
        {
            _streams[layer] = x;
            x = _blocks[layer].Forward(_context, x);
        }
        return _streams[^1] = x;
    }

    private RowTensor Normed(Tensor x)
    {
        if (_finalNorm is null) x.CopyTo(_normed.Value);
        else _finalNorm.Forward(_context, x, _normed.Value);
        return _normed;
    }

    private Tensor Logits(Tensor x)
    {
        _unembedding.Forward(_context, Normed(x).Value, _logits.Value);
        return _logits.Value;
    }

    /// <summary>From the gradient of the final norm's output to that of the stream the pass began with.</summary>
    private void Back(bool intoTables, Tensor? copy = null)
    {
        var gradient = _gradient.Value;                                             // [rows, dModel]
        _finalNorm?.Backward(_context, _streams[^1], gradient, gradient);
        for (var layer = _blocks.Length - 1; layer >= _from; layer--) _blocks[layer].Backward(_context, _streams[layer], gradient);
        if (copy is not null) gradient.CopyTo(copy);
        if (intoTables) _embedding.Backward(_context, gradient);
    }
}
