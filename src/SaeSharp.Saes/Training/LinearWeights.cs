using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training;

/// <summary>The weights of an SAE with one linear encoder while it is trained: both matrices have a row for each latent.</summary>
internal sealed class LinearWeights
{
    private readonly int _dIn, _dSae;

    public LinearWeights(int dIn, int dSae, DType type)
    {
        (_dIn, _dSae) = (dIn, dSae);
        (Encoder, EncoderBias) = (new("encoder", type, dSae, dIn), new("encoder_bias", type, dSae));
        (Decoder, DecoderBias) = (new("decoder", type, dSae, dIn), new("decoder_bias", type, dIn));
        All = [Encoder, EncoderBias, Decoder, DecoderBias];
    }

    /// <summary>W_encᵀ [dSae, dIn].</summary>
    public TrainedTensor Encoder { get; }

    /// <summary>b_enc [dSae].</summary>
    public TrainedTensor EncoderBias { get; }

    /// <summary>W_dec [dSae, dIn].</summary>
    public TrainedTensor Decoder { get; }

    /// <summary>b_dec [dIn].</summary>
    public TrainedTensor DecoderBias { get; }

    /// <summary>All four. An array, so that walking it allocates nothing.</summary>
    public TrainedTensor[] All { get; }

    /// <summary>Decoder rows of random direction and length <paramref name="norm"/>, the encoder their transpose, biases 0.</summary>
    public void Initialise(int seed, double norm)
    {
        var random = new SeededRandom(seed);
        var row = new double[_dIn];
        for (var f = 0; f < _dSae; f++)
        {
            var squares = 0.0;
            foreach (ref var value in row.AsSpan())
            {
                value = 2 * random.NextDouble() - 1;
                squares += value * value;
            }
            for (var i = 0; i < _dIn; i++)
            {
                var value = row[i] * norm / Math.Sqrt(squares);
                Decoder.Value.Write((long)f * _dIn + i, value);
                Encoder.Value.Write((long)f * _dIn + i, value);
            }
        }
    }

    /// <summary>A copy in the file's names and layout.</summary>
    public SaeWeights ToFile() => new("the trained weights", new Dictionary<string, Tensor>
    {
        ["W_enc"] = MatrixTranspose.Of(Encoder.Value),                        // [dIn, dSae]
        ["b_enc"] = EncoderBias.Value.Clone(),                                // [dSae]
        ["W_dec"] = Decoder.Value.Clone(),                                    // [dSae, dIn]
        ["b_dec"] = DecoderBias.Value.Clone(),                                // [dIn]
    });
}
