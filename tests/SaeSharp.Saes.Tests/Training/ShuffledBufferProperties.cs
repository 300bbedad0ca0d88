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
        Assert.InRange(buffer.Bytes, 1, ((long)setup.MiB << 20) + 16L * setup.Tokens);
    }, iter: 40);

    [Fact]
    public void In_sequence_each_token_is_read_once_an_epoch() => AnySetup.Sample(setup =>
    {
        var stream = new NumberedStream(setup.Tokens);
        var buffer = new ShuffledBuffer(stream, setup.Batch, setup.MiB, setup.Seed);
        for (var batch = 0; batch < setup.Tokens / setup.Batch; batch++) Tokens(buffer, batch);
        Assert.InRange(stream.TokensRead, setup.Tokens / setup.Batch * setup.Batch, setup.Tokens);
    }, iter: 40);

    [Fact]
    public void Going_on_anywhere_reads_at_most_one_and_a_half_times_what_the_buffer_holds() => Gen.Select(AnySetup, Gen.Int[0, 60]).Sample((setup, batch) =>
    {
        var stream = new NumberedStream(setup.Tokens);
        var buffer = new ShuffledBuffer(stream, setup.Batch, setup.MiB, setup.Seed);
        Tokens(buffer, batch);
        Assert.InRange(stream.TokensRead, 1, (int)(1.5 * buffer.Capacity));
    }, iter: 60);

    [Fact]
    public void A_read_that_fails_leaves_a_buffer_that_works()
    {
        var (stream, whole) = (new NumberedStream(60), new ShuffledBuffer(new NumberedStream(60), 3, 1, 7));
        var buffer = new ShuffledBuffer(stream, 3, 1, 7);
        for (var batch = 0; batch < 40; batch++)
        {
            stream.FailsIn = batch % 3;
            var failed = false;
            try
            {
                Tokens(buffer, batch);
            }
            catch (InvalidDataException)
            {
                failed = true;
            }
            stream.FailsIn = int.MaxValue;
            Assert.True(!failed || stream.Reads > 0);
            Assert.Equal(Tokens(whole, batch), Tokens(buffer, batch));
        }
    }

    [Fact]
    public void Kept_as_bf16_the_numbers_are_rounded_and_twice_as_many_tokens_fit()
    {
        var (wide, narrow) = (new ShuffledBuffer(new NumberedStream(1024), 4, 4, 2), new ShuffledBuffer(new NumberedStream(1024), 4, 4, 2, DType.BF16));
        Assert.Equal(2 * wide.Capacity, narrow.Capacity);
        var seen = Enumerable.Range(0, 256).SelectMany(batch => Tokens(narrow, batch)).Order().ToArray();
        Assert.Equal(Enumerable.Range(0, 1024).Select(token => (int)BFloat16.FromSingle(token).ToSingle()).Order(), seen);
        Assert.Equal(Enumerable.Range(0, 1024).Average(token => 128 * BFloat16.FromSingle(token).ToSingle()), narrow.MeanNorm(null, default), 1e-9);
    }

    [Fact]
    public void A_batch_can_be_had_by_columns()
    {
        var buffer = new ShuffledBuffer(new NumberedStream(60), 3, 2, 7);
        var (all, part) = (Tensor.Zeros(DType.F32, 3, DIn), Tensor.Zeros(DType.F32, 3, 6));
        buffer.Fill(11, all, default);
        buffer.Fill(11, 5, part, default);
        for (var row = 0; row < 3; row++) Assert.Equal(all.Row<float>(row)[5..11].ToArray(), part.Row<float>(row).ToArray());
    }

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
        Assert.Equal(Enumerable.Range(0, 7).Average(token => token * Math.Sqrt(DIn)), norms[0].Item2, 1e-9);
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

    /// <summary>Token n is the vector (n, n, n …), in an order that each epoch rotates.</summary>
    private sealed class NumberedStream(int tokens) : ActivationStream
    {
        public int Reads { get; private set; }

        public long TokensRead { get; private set; }

        /// <summary>Pieces until a read fails.</summary>
        public int FailsIn { get; set; } = int.MaxValue;

        public override int DIn => ShuffledBufferProperties.DIn;

        public override long TokensPerEpoch => tokens;

        public override void Read(int epoch, long start, long count, Action<Tensor> take, CancellationToken cancel)
        {
            Reads++;
            TokensRead += count;
            for (var done = 0; done < count; done += 5)
            {
                var piece = Tensor.Zeros(DType.F32, (int)Math.Min(5, count - done), DIn);
                for (var i = 0; i < piece.RowCount; i++) piece.Row<float>(i).Fill((start + done + i + 3 * epoch) % tokens);
                if (FailsIn-- == 0) throw new InvalidDataException();
                take(piece);
            }
        }
    }
}
