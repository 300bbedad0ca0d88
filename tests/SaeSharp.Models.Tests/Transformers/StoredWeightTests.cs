using CsCheck;
using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Parameters that are parts of tensors, or lie in them the other way round.</summary>
public class StoredWeightTests
{
    /// <summary>Blocks (start, size, stride, count) that fit into some number of rows.</summary>
    private static readonly Gen<(int Start, int Size, int Gap, int Count, int Beyond, int Columns)> AnyCut = Gen.Select(Gen.Int[0, 5], Gen.Int[1, 40], Gen.Int[0, 7], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[1, 70]);

    [Fact]
    public void Blocks_of_rows_are_those_rows_in_order_either_way_round() => AnyCut.Sample(cut =>
    {
        var stride = cut.Size + cut.Gap;
        var rows = cut.Start + (cut.Count - 1) * stride + cut.Size + cut.Beyond;
        foreach (var type in new[] { DType.F32, DType.BF16, DType.F16, DType.F64 })
        {
            var upright = Tensor.Zeros(type, rows, cut.Columns);
            var turned = Tensor.Zeros(type, cut.Columns, rows);
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < cut.Columns; column++)
                {
                    upright.Write((long)row * cut.Columns + column, row * 3 + column);
                    turned.Write((long)column * rows + row, row * 3 + column);
                }

            foreach (var part in new[] { Read(upright, Stored.Whole), Read(turned, Stored.Transposed) })
            {
                Assert.Equal([cut.Size * cut.Count, cut.Columns], part.Shape.ToArray());
                for (var row = 0; row < part.Shape[0]; row++)
                {
                    var from = cut.Start + row / cut.Size * stride + row % cut.Size;
                    for (var column = 0; column < cut.Columns; column++) Assert.Equal(upright.Read((long)from * cut.Columns + column), part.Read((long)row * cut.Columns + column));
                }
            }
        }

        Tensor Read(Tensor tensor, Stored stored) => new StoredWeight("tensor", tensor, stored.Blocks(cut.Start, cut.Size, stride, cut.Count)).Read();
    }, iter: 60);

    [Fact]
    public unsafe void Rows_in_one_piece_are_read_in_place()
    {
        var tensor = Tensor.Zeros(DType.F32, 10, 3);
        var part = new StoredWeight("tensor", tensor, Stored.Whole.Part(4, 2)).Read();
        Assert.True(part.Pointer<float>() == tensor.Pointer<float>() + 12);
        Assert.Same(tensor, new StoredWeight("tensor", tensor, Stored.Whole).Read());
        Assert.Same(tensor, new StoredWeight("tensor", tensor, Stored.Transposed).AsTransposed);
    }

    [Fact]
    public void What_is_stored_above_one_is_completed_in_the_type_that_computes_and_not_in_the_file()
    {
        var tensor = Tensor.Of([0.1f, -0.3f, 1e-9f], 3);
        var weight = new StoredWeight("gain", tensor, Stored.AboveOne);
        Assert.Equal([1 + 0.1f, 1 + -0.3f, 1 + 1e-9f], weight.Read(DType.F32).Span<float>().ToArray());
        Assert.Equal([1 + (double)0.1f, 1 + (double)-0.3f, 1 + (double)1e-9f], weight.Read(DType.F64).Span<double>().ToArray());
        Assert.Equal([0.1f, -0.3f, 1e-9f], tensor.Span<float>().ToArray());
    }

    [Fact]
    public void A_fused_tensor_that_its_parts_do_not_fill_says_which_parts()
    {
        using var folder = new TemporaryFolder();
        const string Name = "model.layers.1.self_attn.qkv_proj.weight";
        new TinyModel("phi3").Write(folder.Path, tensors => tensors[Name] = Tensor.Zeros(DType.F32, 49, 24));
        var error = Assert.Throws<ModelException>(() => Transformer.Load(folder.Path, Engines.Get(Engines.Fast)));
        Assert.Equal($"{folder["model.safetensors"]}: '{Name}' is [49, 24], expected 48 rows: 24 for blocks.1.attn.q.weight + 12 for blocks.1.attn.k.weight + 12 for blocks.1.attn.v.weight.", error.Message);
    }
}
