using System.Text;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Tests.Transformers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Checkpoints;

/// <summary>Experts in four bits, as gpt-oss is published.</summary>
public class Mxfp4Tests
{
    private const int Experts = 4, Block = 32;
    private static readonly int[] Sequence = [3, 1, 4, 1, 5];

    /// <summary>Values of the codes 0 to 7 by their definition: no exponent bits mean no leading one; 8 to 15 are their negatives.</summary>
    private static double Value(int code)
    {
        var (exponent, fraction) = (code >> 1 & 3, (code & 1) / 2.0);
        return (code < 8 ? 1 : -1) * (exponent == 0 ? fraction : Math.ScaleB(1 + fraction, exponent - 1));
    }

    [Fact]
    public void A_packed_model_has_the_bits_of_the_one_that_it_stands_for()
    {
        using var folder = new TemporaryFolder();
        var (packed, plain) = (Directory.CreateDirectory(folder["packed"]).FullName, Directory.CreateDirectory(folder["plain"]).FullName);
        var model = new TinyModel("gpt_oss, packed");
        model.Write(plain, tensors => Replace(tensors, pack: false));
        model.Write(packed, tensors => Replace(tensors, pack: true));
        SpellBytes(Path.Combine(packed, "model.safetensors"));
        foreach (var engine in Engines.Names)
        {
            var (expected, actual) = (Transformer.Load(plain, Engines.Get(engine)), Transformer.Load(packed, Engines.Get(engine)));
            Runs.RequireSameBits(expected.Logits(null, Sequence), actual.Logits(null, Sequence));
            Assert.Equal(expected.ParameterCount, actual.ParameterCount);
        }
        using var checkpoint = Checkpoint.Open(packed);
        Assert.DoesNotContain(checkpoint.Names, name => name.EndsWith("_blocks", StringComparison.Ordinal) || name.EndsWith("_scales", StringComparison.Ordinal));
    }

    [Fact]
    public void Blocks_without_their_scales_or_with_others_are_refused_by_name()
    {
        Assert.Contains("down_proj_scales", Refusal(tensors => tensors.Remove(tensors.Keys.First(name => name.EndsWith("down_proj_scales", StringComparison.Ordinal)))).Message, StringComparison.Ordinal);
        var cut = Refusal(tensors =>
        {
            var name = tensors.Keys.First(name => name.EndsWith("gate_up_proj_scales", StringComparison.Ordinal));
            tensors[name] = tensors[name].Rows(0, Experts - 1);
        });
        Assert.Contains($"it is U8[{Experts - 1}, 64, 1], expected U8[{Experts}, 64, 1]", cut.Message, StringComparison.Ordinal);

        static FileException Refusal(Action<Dictionary<string, Tensor>> change)
        {
            using var folder = new TemporaryFolder();
            new TinyModel("gpt_oss, packed").Write(folder.Path, tensors =>
            {
                Replace(tensors, pack: true);
                change(tensors);
            });
            SpellBytes(folder["model.safetensors"]);
            return Assert.Throws<FileException>(() => Transformer.Load(folder.Path, Engines.Get(Engines.Fast)));
        }
    }

    /// <summary>Draws four-bit experts and stores them packed, or as the numbers they are.</summary>
    private static void Replace(Dictionary<string, Tensor> tensors, bool pack)
    {
        var random = new Random(3);
        foreach (var name in tensors.Keys.Where(name => name.EndsWith("_proj", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray())
        {
            var (inputs, outputs) = (tensors[name].Shape[1], tensors[name].Shape[2]);
            var (blocks, scales) = (new byte[Experts * outputs * inputs / 2], new byte[Experts * outputs * inputs / Block]);
            random.NextBytes(blocks);
            for (var i = 0; i < scales.Length; i++) scales[i] = (byte)random.Next(123, 127);
            if (pack)
            {
                tensors.Remove(name);
                tensors[$"{name}_blocks"] = Bytes(blocks, Experts, outputs, inputs / Block, Block / 2);
                tensors[$"{name}_scales"] = Bytes(scales, Experts, outputs, inputs / Block);
                continue;
            }
            var whole = tensors[name] = Tensor.Zeros(DType.BF16, Experts, inputs, outputs);
            for (var row = 0; row < Experts * outputs; row++)
                for (var i = 0; i < inputs; i++)
                {
                    var code = blocks[(row * inputs + i) / 2] >> (i % 2 * 4) & 0xF;
                    whole.Write(((long)(row / outputs) * inputs + i) * outputs + row % outputs, Math.ScaleB(Value(code), scales[row * inputs / Block + i / Block] - 127));
                }
        }
    }

    /// <summary>Bytes as a tensor of the one type of ours that is a byte wide.</summary>
    private static Tensor Bytes(byte[] bytes, params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor.Zeros(DType.Bool, shape);
        bytes.CopyTo(tensor.RawBytes());
        return tensor;
    }

    /// <summary>Calls these bytes what they are.</summary>
    private static void SpellBytes(string file)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(text.Replace("\"BOOL\"", "\"U8\"  ", StringComparison.Ordinal)));
    }
}
