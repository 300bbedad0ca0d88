using System.Text.Json;
using SaeSharp.Numerics;

namespace SaeSharp.Saes.Formats;

/// <summary>A layout that SAEs are published in: whether files are of it, and how they become a config and tensors under our names.</summary>
internal abstract class SaeFormat
{
    /// <summary>What SAELens calls its loader; the first of several is the format's name.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether these files are of this layout.</summary>
    public abstract bool Recognises(SaeFiles files);

    /// <summary>The files that hold the tensors.</summary>
    public abstract IReadOnlyList<string> WeightFiles(SaeFiles files);

    /// <summary>What it is; of the weights only names and shapes are looked at.</summary>
    public abstract SaeConfig Describe(SaeFiles files, TensorFile weights);

    /// <summary>All tensors, by the names and layouts of SAELens.</summary>
    public abstract Dictionary<string, Tensor> Tensors(SaeFiles files, TensorFile weights);

    /// <summary>Two nn.Linear of the same names as in PyTorch, which keeps weights as [out, in].</summary>
    protected static Dictionary<string, Tensor> Linears(TensorFile weights, string encoder, string decoder) => new()
    {
        ["W_enc"] = weights.Transposed($"{encoder}.weight"), ["b_enc"] = weights.Read($"{encoder}.bias"),
        ["W_dec"] = weights.Transposed($"{decoder}.weight"), ["b_dec"] = weights.Read($"{decoder}.bias"),
    };

    /// <summary>Tensors that have our names and layouts already.</summary>
    protected static Dictionary<string, Tensor> Same(TensorFile weights, params ReadOnlySpan<string> names)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (var name in names) tensors[name] = weights.Read(name);
        return tensors;
    }

    /// <summary>Reading x instead of <paramref name="scale"/> · x, and writing y instead of <paramref name="scaleOut"/> · y.</summary>
    protected static void Rescale(Dictionary<string, Tensor> tensors, double scale, double scaleOut)
    {
        foreach (var (name, factor) in new[] { ("W_enc", scale), ("W_enc_glu", scale), ("W_dec", 1 / scaleOut), ("b_dec", 1 / scaleOut) })
            if (tensors.TryGetValue(name, out var tensor)) tensors[name] = Map(tensor, value => (float)(value * factor));
    }

    /// <summary>A new tensor of each number's image.</summary>
    protected static Tensor Map(Tensor tensor, Func<float, float> map)
    {
        var mapped = Tensor.Zeros(DType.F32, tensor.Shape);
        for (var row = 0; row < tensor.RowCount; row++)
        {
            var from = tensor.Row<float>(row);
            var to = mapped.Row<float>(row);
            for (var i = 0; i < from.Length; i++) to[i] = map(from[i]);
        }
        return mapped;
    }

    /// <summary>Entries of <see cref="SaeConfig.OtherMetadata"/>, those that are null left out.</summary>
    protected static Dictionary<string, JsonElement> Metadata(params ReadOnlySpan<(string Key, object? Value)> entries)
    {
        var metadata = new Dictionary<string, JsonElement>();
        foreach (var (key, value) in entries)
            if (value is not null) metadata[key] = value is JsonElement element ? element : JsonSerializer.SerializeToElement(value);
        return metadata;
    }
}
