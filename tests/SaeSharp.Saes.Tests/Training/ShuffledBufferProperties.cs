using CsCheck;
using SaeSharp.Numerics;
using SaeSharp.Saes.Training;

namespace SaeSharp.Saes.Tests.Training;

public class ShuffledBufferProperties
{
    private const int DIn = 1 << 14; // 64 KiB a token: 16 tokens in a MiB

    private static readonly Gen<(int Tokens, int Batch, int MiB, int Seed)> AnySetup = Gen.Select(Gen.Int[4, 60], Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[0, 1000]);

    [Fact]
    public void An_epoch_gives_each_token_at_most_once_and_all_but_an_incomplete_batch() => AnySetup.Sample(setup =>
    {
        var buffer = new ShuffledBuffer(new NumberedStream(setup.Tokens), setup.Batch, setup.MiB, setup.Seed);
        var perEpoch = setup.Tokens / setup.Batch;
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var tokens = Enumerable.Range(epoch * perEpoch, perEpoch).SelectMany(batch => Tokens(buffer, batch)).ToArray();
            Assert.Equal(perEpoch * setup.Batch, tokens.Distinct().Count());
            Assert.All(tokens, token => Assert.InRange(token, 0, setup.Tokens - 1));
        }
    }, iter: 40);

    [Fact]
    public void A_batch_is_the_same_in_whatever_order_it_is_asked_for() => Gen.Select(AnySetup, Gen.Int[0, 40].Array[1, 8]).Sample((setup, batches) =>
    {
        var wanderer = new ShuffledBuffer(new NumberedStream(setup.Tokens), setup.Batch, setup.MiB, setup.Seed);
        foreach (var batch in batches)
            Assert.Equal(Tokens(new ShuffledBuffer(new NumberedStream(setup.Tokens), setup.Batch, setup.MiB, setup.Seed), batch), Tokens(wanderer, batch));
    }, iter: 40);

    [Fact]
    public void Memory_stays_within_what_was_given() => AnySetup.Sample(setup =>
    {
        var buffer = new ShuffledBuffer(new NumberedStream(setup.Tokens), setup.Batch, setup.MiB, setup.Seed);
        Assert.InRange(buffer.Bytes, 1, ((long)setup.MiB << 20) + 4L * setup.Tokens);
    }, iter: 40);

    [Fact]
    public void What_fits_is_read_once_and_shuffled_anew_each_epoch()
    {
        var stream = new NumberedStream(16);
        var buffer = new ShuffledBuffer(stream, 16, 1, seed: 5);
        var epochs = Enumerable.Range(0, 4).Select(epoch => string.Join(' ', Tokens(buffer, epoch))).ToArray();

        Assert.Equal(1, stream.Reads);
        Assert.Equal(4, epochs.Distinct().Count());
    }

    [Fact]
    public void The_mean_norm_does_not_depend_on_the_memory()
    {
        var norms = new[] { 1, 2, 4 }.Select(mib => new ShuffledBuffer(new NumberedStream(60), 3, mib, 1)).Select(buffer => (buffer.MeanNorm(null, default), buffer.MeanNorm(7, default))).ToArray();
        Assert.Single(norms.Distinct());
        Assert.Equal(Enumerable.Range(0, 7).Average(token => (double)token), norms[0].Item2, 1e-12);
    }

    [Fact]
    public void Too_little_text_or_memory_for_one_batch_is_refused()
    {
        Assert.Contains("3 tokens", Assert.Throws<OptionException>(() => new ShuffledBuffer(new NumberedStream(3), 4, 1, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("1 MiB", Assert.Throws<OptionException>(() => new ShuffledBuffer(new NumberedStream(300), 17, 1, 0)).Message, StringComparison.Ordinal);
    }

    private static int[] Tokens(ShuffledBuffer buffer, long batch)
    {
        var x = Tensor.Zeros(DType.F32, buffer.BatchSize, DIn);
        buffer.Fill(batch, x, default);
        return [.. Enumerable.Range(0, buffer.BatchSize).Select(row => (int)x.Row<float>(row)[0])];
    }

    /// <summary>Token n is the vector (n, 0, 0 …), in an order that each epoch rotates.</summary>
    private sealed class NumberedStream(int tokens) : ActivationStream
    {
        public int Reads { get; private set; }

        public override int DIn => ShuffledBufferProperties.DIn;

        public override long TokensPerEpoch => tokens;

        public override void Read(int epoch, long start, Tensor x, CancellationToken cancel)
        {
            Reads++;
            for (var i = 0; i < x.RowCount; i++) x.Row<float>(i)[0] = (start + i + 3 * epoch) % tokens;
        }
    }
}
