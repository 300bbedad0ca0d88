using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>Makes the weights of a saved SAE bf16: half the size. Its index must be built afterwards, since it belongs to exactly these weights.</summary>
internal static class HalfWeights
{
    public static void Write(string folder)
    {
        foreach (var path in SaeFolder.WeightFiles(folder))
        {
            var tensors = new List<(string, Tensor)>();
            var metadata = new Dictionary<string, string>();
            using (var file = SafetensorsFile.Open(path))
            {
                foreach (var (key, value) in file.Metadata) metadata[key] = value;
                foreach (var name in file.Names)
                {
                    var tensor = file.Read(name);
                    tensors.Add((name, tensor.DType == DType.F32 ? Half(tensor) : tensor.Clone()));
                }
            }
            SafetensorsWriter.Write(path, tensors, metadata.Count > 0 ? metadata : null);
        }
    }

    private static Tensor Half(Tensor tensor)
    {
        var half = Tensor.Zeros(DType.BF16, tensor.Shape);
        tensor.ConvertTo(half);
        return half;
    }
}
