using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Puts parameters, or their gradients, back into the tensors that checkpoints of the family have: the way back through its <see cref="WeightTable"/>.</summary>
internal static class CheckpointLayout
{
    /// <summary>The tensors under the names of the whole model.</summary>
    /// <param name="model">Whose.</param>
    /// <param name="pick">The parameter's numbers.</param>
    /// <param name="areWeights">Whether they are weights: what a file leaves out of them (<see cref="Stored.Offset"/>) is then left out.</param>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(DifferentiableTransformer model, Func<Parameter, Tensor> pick, bool areWeights)
    {
        var parameters = model.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        var rows = model.Table.ForLayers(model.Spec.Layers).Where(row => parameters.ContainsKey(row.Parameter));
        foreach (var tensor in rows.GroupBy(row => row.InCheckpoint[0]))
            yield return (tensor.Key, Whole([.. tensor.Select(row => (row.Stored, pick(parameters[row.Parameter])))], areWeights));
    }

    private static Tensor Whole((Stored Stored, Tensor Tensor)[] parts, bool areWeights)
    {
        if (parts is [(var stored, var only)] && stored.Rows is null && !(stored.IsTransposed && only.Rank == 2) && (stored.Offset == 0 || !areWeights)) return only;
        var (first, type) = (parts[0].Tensor, parts[0].Tensor.DType);
        var rows = parts.Sum(part => part.Tensor.Shape[0]);
        var turned = parts[0].Stored.IsTransposed && first.Rank == 2;
        var whole = Tensor.Zeros(type, turned ? [first.Columns, rows] : [rows, .. first.Shape[1..]]);
        foreach (var (where, part) in parts) Put(part, where, whole, turned, areWeights);
        return whole;
    }

    private static void Put(Tensor part, Stored stored, Tensor whole, bool turned, bool areWeights)
    {
        var (row, width) = (0, part.Rank == 1 ? 1 : part.Columns);
        for (var blocks = stored; blocks is not null; blocks = blocks.Next)
        {
            var size = blocks.Size == 0 ? part.Shape[0] : blocks.Size;
            for (var block = 0; block < blocks.BlockCount; block++)
            {
                for (var i = 0; i < size; i++, row++)
                {
                    var target = blocks.Start + block * blocks.Stride + i;
                    for (var j = 0; j < width; j++)
                        whole.Write(turned ? (long)j * whole.Columns + target : (long)target * width + j, part.Read((long)row * width + j) - (areWeights ? blocks.Offset : 0));
                }
            }
        }
    }
}
