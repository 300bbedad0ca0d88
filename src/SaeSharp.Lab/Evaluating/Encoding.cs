using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Codes and reconstructions of exported activations, as the SAE itself gives them.</summary>
internal static class Encoding
{
    public static EncodeResult Write(EncodeRequest request, Shelves shelves)
    {
        var sae = shelves.Saes.Get(request.Sae).Sae;
        using var file = SafetensorsFile.Open(request.Input);
        var x = file.Read(request.Tensor).To(DType.F32);                                                  // x         [.., dIn]
        var codes = sae.Encode(x);
        var reconstruction = sae.Decode(codes);                                                           // x̂         [n, dIn]
        SafetensorsWriter.Write(request.Out, [("latents", codes.ToDense()), ("reconstruction", reconstruction)]);

        SaeMetric l0 = new L0(), fvu = new FractionOfVarianceUnexplained();
        var batch = new MetricBatch(x.Reshape(codes.Rows, sae.DIn), reconstruction, codes);
        l0.Add(batch);
        fvu.Add(batch);
        return new(request.Out, codes.Rows, l0.Value.Number, fvu.Value.Number);
    }
}
