using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Threads;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes;

/// <summary>Writes a latent to each hook of a crosscoder only where it is above the threshold that it has there.</summary>
/// <remarks>The latent itself is one number: which hooks get it follows from that number, so that edited latents are written by the same rule.</remarks>
internal sealed class HookGates
{
    private readonly Tensor _thresholds;

    /// <param name="thresholds">[hooks, dSae]; below 0 counts as 0.</param>
    public HookGates(Tensor thresholds)
    {
        _thresholds = thresholds.Clone();
        Lowest = new float[thresholds.Columns];
        Lowest.AsSpan().Fill(float.PositiveInfinity);
        for (var hook = 0; hook < _thresholds.RowCount; hook++)
        {
            var row = _thresholds.Row<float>(hook);
            TensorPrimitives.Max(row, 0f, row);
            TensorPrimitives.Min(row, Lowest, Lowest);
        }
    }

    /// <summary>The lowest threshold of each latent, above which it fires: [dSae].</summary>
    public float[] Lowest { get; }

    /// <summary>What a block of latents writes, and <paramref name="bias"/> [dOut]: y [rows, dOut].</summary>
    /// <param name="backend">Whose threads share the rows.</param>
    /// <param name="values">[rows, slots].</param>
    /// <param name="indices">[rows, slots], i32; −1 where there is no latent.</param>
    /// <param name="decoder">[dSae, dOut], the hooks' parts one after another.</param>
    /// <param name="bias">What is written without any latent.</param>
    /// <param name="y">Overwritten.</param>
    public void Decode(Backend backend, Tensor values, Tensor indices, Tensor decoder, Tensor bias, Tensor y)
    {
        var job = new DecodeJob(_thresholds, values, indices, decoder, bias, y);
        backend.Run(y.RowCount, ref job);
    }

    private readonly struct DecodeJob(Tensor thresholds, Tensor values, Tensor indices, Tensor decoder, Tensor bias, Tensor y) : IJob
    {
        public void Run(int part)
        {
            var width = y.Columns / thresholds.RowCount;
            ReadOnlySpan<float> f = values.Row<float>(part);
            ReadOnlySpan<int> latents = indices.Row<int>(part);
            var sum = y.Row<float>(part);
            bias.Span<float>().CopyTo(sum);
            for (var i = 0; i < f.Length; i++)
            {
                if (latents[i] < 0) continue;
                ReadOnlySpan<float> row = decoder.Row<float>(latents[i]);
                for (var hook = 0; hook < thresholds.RowCount; hook++)
                {
                    if (f[i] <= thresholds.Row<float>(hook)[latents[i]]) continue; // NaN is kept, so that it shows
                    var to = sum.Slice(hook * width, width);
                    TensorPrimitives.MultiplyAdd(row.Slice(hook * width, width), f[i], to, to);
                }
            }
        }
    }
}
