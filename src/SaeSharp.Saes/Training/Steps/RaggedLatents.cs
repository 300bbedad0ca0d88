using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The latents of a block of rows where few of them matter: those that fire, and those beside them that gradients reach. What a dense block keeps as [rows, dSae].</summary>
/// <remarks>
/// A latent that is not listed is 0 and has no gradient, so leaving it out changes no sum but its order. Whether that is faster is decided anew in each step, by the encoder's first rows of
/// the batch alone, so that a resumed run decides alike.
/// </remarks>
/// <param name="setting">Sizes and type.</param>
/// <param name="encoder">W_enc of this step [dIn, dSae].</param>
internal sealed class RaggedLatents(StepSetting setting, PackedMatrix encoder)
{
    /// <summary>Rows of a block: several parts of the encoder for each of many threads, and residuals that stay in the second-level cache.</summary>
    public const int MostRows = 768;

    private const int SampleRows = 48;
    private Tensor? _batch, _sample;
    private RaggedBlock[] _blocks = [];
    private readonly Tensor _residual = Tensor.Zeros(setting.Type, Math.Min(MostRows, setting.BatchSize), setting.DOut);

    /// <summary>What the encoder listed: latents and, as values, pre-activations.</summary>
    public SparseRows Code { get; } = new(setting.Type, 0, Capacity(setting));

    /// <summary>The entries of <see cref="Code"/> by latent.</summary>
    public FeatureMajor Order { get; } = new(setting.DSae, Capacity(setting));

    /// <summary>Room for one more number of each entry.</summary>
    public EntryNumbers Numbers() => new(setting.Type, Capacity(setting));

    /// <summary>Whether an encoder that lists what is above <paramref name="thresholds"/> would list less than <paramref name="share"/> of all.</summary>
    public bool IsSparse(Tensor input, Tensor? bias, Tensor? thresholds, double share)
    {
        if (share is <= 0 or >= 1) return share > 0;
        if (_batch != input) Prepare(input);
        setting.Backend.EncodeAbove(_sample!, encoder, bias, null, thresholds, Code);
        return Code.Count < share * _sample!.RowCount * setting.DSae;
    }

    /// <summary>The blocks of a batch.</summary>
    public RaggedBlock[] BlocksOf(Tensor input, Tensor target, Tensor? errors)
    {
        if (_blocks.Length > 0 && _blocks[0].Of == input) return _blocks;
        _blocks = new RaggedBlock[(input.RowCount + MostRows - 1) / MostRows];
        for (var i = 0; i < _blocks.Length; i++)
        {
            var (start, rows) = (i * MostRows, Math.Min(MostRows, input.RowCount - i * MostRows));
            _blocks[i] = new(input, start, input.Rows(start, rows), target.Rows(start, rows), _residual.Rows(0, rows), errors?.Rows(start, rows));
        }
        return _blocks;
    }

    /// <summary>Lists the latents of a block that are above <paramref name="thresholds"/>, by row and by latent.</summary>
    public void Encode(RaggedBlock block, Tensor? bias, Tensor? thresholds)
    {
        setting.Backend.EncodeAbove(block.Input, encoder, bias, null, thresholds, Code);
        Order.Sort(Code, setting.Backend);
    }

    /// <summary>Lists nothing of a whole block once, so that all that an encoding needs is there before a step in the middle of a run is the first to encode so.</summary>
    private void Prepare(Tensor input)
    {
        (_batch, _sample) = (input, input.Rows(0, Math.Min(SampleRows, input.RowCount)));
        var unreached = Tensor.Zeros(setting.Type, setting.DSae);
        for (var f = 0; f < setting.DSae; f++) unreached.Write(f, double.PositiveInfinity);
        setting.Backend.EncodeAbove(input.Rows(0, Math.Min(MostRows, input.RowCount)), encoder, null, null, unreached, Code);
        Order.Sort(Code, setting.Backend);
        _ = Code.Gradients;
        unreached.Free();
    }

    /// <summary>More than the steps list that are done so, and all that a sample can; memory that no entry reaches is never there.</summary>
    private static int Capacity(StepSetting setting)
    {
        var (sample, block) = (Math.Min(SampleRows, setting.BatchSize), Math.Min(MostRows, setting.BatchSize) * Math.Min(1, 1.5 * DenseStep.SparseShare));
        return (int)Math.Min(Array.MaxLength / 2, Math.Max(sample, block) * setting.DSae);
    }
}

/// <summary>A number for each entry of a code, in a tensor that grows with it.</summary>
internal sealed class EntryNumbers(DType type, int capacity)
{
    private Tensor _numbers = Tensor.Zeros(type, capacity);

    /// <summary>[capacity], of which the entries of <paramref name="code"/> count; what it held is lost where it was too small.</summary>
    public Tensor Of(SparseRows code)
    {
        if (_numbers.Count < code.Count) _numbers = Tensor.Zeros(type, code.Values.Shape);
        return _numbers;
    }
}
