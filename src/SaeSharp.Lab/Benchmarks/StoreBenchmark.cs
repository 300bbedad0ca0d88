using System.Globalization;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Training batches from an activation store of bf16: an epoch through the memory map, in shuffled runs, into the shuffle buffer and out as f32, on one thread.</summary>
/// <remarks>The store is warm: its shards were checked and lie in the system's cache. Its bytes a second are tokens a second times two bytes a number.</remarks>
internal sealed class StoreBenchmark : Benchmark
{
    private const string Hook = "activations";
    private const int Shards = 8, StoreMiB = 512, BufferedMiB = 96;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, request.DIn);
        var batch = request.Batch ?? 4096;
        var buffer = new ShuffledBuffer(ActivationStore.Open(folder.Path).At(new(new RowPart(Hook)), 1), batch, BufferedMiB, 1, DType.BF16);
        var (x, batches, next) = (Tensor.Zeros(DType.F32, batch, request.DIn), buffer.TokensPerEpoch / batch, 0L);
        return Time(
            () =>
            {
                for (var i = 0L; i < batches; i++) buffer.Fill(next++, x, cancel);
            },
            tokens: batches * batch, warmUps: 1, repetitions: 5, cancel);
    }

    /// <summary>Bytes read from the store against the machine's read bandwidth.</summary>
    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs)
    {
        var tokens = Shards * TokensOfShard(request.DIn) / (request.Batch ?? 4096) * (request.Batch ?? 4096);
        return (double)tokens * request.DIn * DType.BF16.Size() / seconds / (roofs.ReadGBps!.Value * 1e9);
    }

    private static int TokensOfShard(int dIn) => (int)(((long)StoreMiB << 20) / Shards / DType.BF16.Size() / dIn);

    private static void Write(string folder, int dIn)
    {
        var (tokens, random) = (TokensOfShard(dIn), new Random(3));
        var (values, zeros) = (Tensor.Zeros(DType.BF16, tokens, dIn), Tensor.Zeros(DType.I32, tokens));
        random.NextBytes(values.RawBytes());
        (string, Tensor)[] tensors = [(Hook, values), (ShardLayout.Ids, zeros), (ShardLayout.Positions, zeros), (ShardLayout.Documents, Tensor.Zeros(DType.I64, tokens))];
        var shards = new List<Shard>();
        for (var shard = 0; shard < Shards; shard++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{shard}.safetensors");
            var path = Path.Combine(folder, name);
            SafetensorsWriter.Write(path, tensors);
            shards.Add(new(name, tokens, new FileInfo(path).Length, ShardChecksum.OfFile(path)));
        }
        (StoreIndex.Of("random", "", "", new()) with { Dtype = StoreType.Bf16, Hooks = [new(Hook, dIn)], Tokens = (long)Shards * tokens, Documents = 1, Complete = true, Shards = shards }).Write(folder);
    }
}
