using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Compression;
using SaeSharp.Saes.SparseCoding;
using SaeSharp.Saes.Tests.SparseCoding;

namespace SaeSharp.Saes.Tests.Compression;

/// <summary>Error against bits, as the reference computes it.</summary>
public class RateDistortionGoldens
{
    private const string Arrays = "golden/sparse-coding/rate-distortion.safetensors", Values = "golden/sparse-coding/rate-distortion.json";
    private static readonly Backend Cpu = CpuBackend.Create(2);

    [Theory, InlineData("pca"), InlineData("random_projection"), InlineData("omp"), InlineData("lasso_refit"), InlineData("sae_topk")]
    public void Every_point_of_the_curve_is_the_same(string method)
    {
        using var file = Golden.Tensors(Arrays);
        var (test, mean) = (file.Read("test"), file.Read("train_mean").Span<double>().ToArray());
        var atoms = new AtomDictionary(CodingGolden.Transposed(file.Read("A")), Cpu);
        foreach (var curve in Golden.Json(Values).GetProperty("curves").EnumerateArray().Where(curve => curve.GetProperty("method").GetString() == method))
        {
            var k = curve.GetProperty("k").GetInt32();
            var code = method switch
            {
                "pca" => LinearCode.Pca(file.Read("pca.components"), mean, k, Cpu),
                "random_projection" => LinearCode.RandomProjection(file.Read("random_projection.R"), mean, k, Cpu),
                "omp" => LinearCode.Omp(atoms, mean, [k])[0],
                "lasso_refit" => LinearCode.LassoRefit(atoms, mean, [k])[0],
                _ => LinearCode.Sae(new(file.Read("sae.W_dec"), Cpu), [.. file.Read("sae.b_dec").Span<float>().ToArray().Select(value => (double)value)], k, x => Relu(x, file.Read("sae.W_enc"), file.Read("sae.b_enc"), file.Read("sae.b_dec"))),
            };
            var table = code.Encode(test);
            var expected = curve.GetProperty("fvu").GetDouble();
            Assert.Equal(expected, code.Fvu(test, table, mean), (method == "sae_topk" ? 1e-5 : 1e-6) * expected);
            Assert.Equal(curve.GetProperty("mean_nonzeros").GetDouble(), table.MeanNonZeros, 1e-9);
            foreach (var point in curve.GetProperty("quantised").EnumerateArray()) Require(point, code, table, k, test, mean);
        }
    }

    private static void Require(JsonElement point, LinearCode code, CodeTable table, int k, Tensor test, double[] mean)
    {
        var bits = point.GetProperty("bits_per_coefficient").GetInt32();
        var quantised = table.Quantise(bits);
        var expected = point.GetProperty("fvu").GetDouble();
        Assert.Equal(expected, code.Fvu(test, quantised.Table, mean), 1e-3 * expected);
        Assert.Equal(point.GetProperty("bits_per_vector").GetDouble(), k * bits + (table.IsDense ? 0 : CodeTable.ChoiceBits(table.Columns, k)), 1e-9);
    }

    private static SparseCodes Relu(Tensor x, Tensor encoder, Tensor bias, Tensor decoderBias)
    {
        var latents = Tensor.Zeros(DType.F32, x.RowCount, encoder.Columns);
        for (var row = 0; row < x.RowCount; row++)
            for (var j = 0; j < encoder.Columns; j++)
            {
                var sum = (double)bias.Read(j);
                for (var i = 0; i < x.Columns; i++) sum += (x.Read((long)row * x.Columns + i) - decoderBias.Read(i)) * encoder.Read((long)i * encoder.Columns + j);
                latents.Row<float>(row)[j] = (float)Math.Max(0, sum);
            }
        return SparseCodes.FromDense(latents);
    }
}
