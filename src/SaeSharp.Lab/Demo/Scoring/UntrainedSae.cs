using SaeSharp.Lab.Harvesting;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>A dictionary that learnt nothing: TopK with random unit directions around the mean activation. What it finds, any dictionary finds.</summary>
internal static class UntrainedSae
{
    public static SparseAutoencoder Create(Tensor x, int dSae, int k, int seed, Backend backend)
    {
        var d = x.Columns;
        Tensor encoder = Tensor.Zeros(DType.F32, d, dSae), decoder = Tensor.Zeros(DType.F32, dSae, d), mean = Tensor.Zeros(DType.F32, d);
        var (random, direction) = (new SplitMix(SplitMix.Hash(seed, d)), new double[d]);
        for (var latent = 0; latent < dSae; latent++)
        {
            for (var i = 0; i < d; i++) direction[i] = random.Next() / (double)ulong.MaxValue + random.Next() / (double)ulong.MaxValue - 1;
            var norm = Math.Sqrt(direction.Sum(value => value * value));
            for (var i = 0; i < d; i++) encoder.Row<float>(i)[latent] = decoder.Row<float>(latent)[i] = (float)(direction[i] / norm);
        }
        backend.AddColumnSums(x, mean);
        backend.Scale(mean, 1.0 / x.RowCount, mean);
        return SaeCatalog.Create(new() { Architecture = "topk", DIn = d, DSae = dSae, K = k }, new("an untrained dictionary", new Dictionary<string, Tensor>
        {
            ["W_enc"] = encoder, ["W_dec"] = decoder, ["b_enc"] = Tensor.Zeros(DType.F32, dSae), ["b_dec"] = mean,
        }), backend);
    }
}
