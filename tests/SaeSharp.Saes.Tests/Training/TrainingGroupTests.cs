using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class TrainingGroupTests
{
    private static readonly TrainingOptions Options = new() { Steps = 12, Rate = new() { Peak = 5e-3, WarmupSteps = 2, DecaySteps = 3 }, Seed = 9 };
    private static readonly int[] Widths = [8, 5, 8];

    [Fact]
    public void Each_ends_with_the_bits_of_training_it_alone_on_a_buffer_of_its_own()
    {
        var group = Members(Shared());
        new TrainingGroup(group).Run();
        foreach (var (member, alone) in group.Zip(Setups().Select(setup => new SaeTrainer(setup.Config, setup.Options, Alone(setup.Part), Reference.Instance)))) RequireSame(alone.Run(), member.Trainer.Snapshot());
    }

    [Fact]
    public void A_batch_is_prepared_once_for_all_that_share_a_source()
    {
        var source = new CountingSource(new PoolSource(Pool(8, 3), 32));
        var trainers = new[] { 2, 3, 4 }.Select(k => new SaeTrainer(Config(8) with { K = k }, Options, source, Reference.Instance)).ToArray();
        new TrainingGroup([.. trainers.Select(trainer => new GroupMember(trainer))]).Run();
        Assert.Equal(Enumerable.Range(0, 12).Select(batch => (long)batch), source.Filled);
    }

    [Fact]
    public void Members_that_are_behind_catch_up_and_all_end_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var whole = Members(Shared());
        new TrainingGroup(whole).Run();

        // Killed between the checkpoints of the first and the second: one at step 8, one at 4, one at none.
        foreach (var (number, steps) in new[] { 8, 4, 0 }.Index())
        {
            var setup = Setups()[number];
            var trainer = new SaeTrainer(setup.Config, setup.Options, Alone(setup.Part), Reference.Instance);
            for (var step = 0; step < steps; step++) trainer.Advance(default);
            if (steps > 0) trainer.Save(folder[$"{number}"]);
        }
        var sources = Shared();
        var resumed = Setups().Select((setup, number) => new GroupMember(SaeTrainer.Resume(folder[$"{number}"], setup.Config, setup.Options, sources[setup.Part], Reference.Instance), folder[$"{number}"])).ToArray();
        Assert.Equal([8, 4, 0, 0], resumed.Select(member => member.Trainer.Step));
        new TrainingGroup(resumed).Run();
        foreach (var (one, other) in whole.Zip(resumed)) RequireSame(one.Trainer.Snapshot(), other.Trainer.Snapshot());
    }

    [Fact]
    public void Cancelled_it_writes_a_checkpoint_of_each()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var sources = Shared();
        var members = Setups().Select((setup, number) => new GroupMember(new SaeTrainer(setup.Config, setup.Options, sources[setup.Part], Reference.Instance), folder[$"{number}"], step =>
        {
            if (number == 1 && step.Step == 5) stop.Cancel();
        })).ToArray();
        Assert.ThrowsAny<OperationCanceledException>(() => new TrainingGroup(members).Run(stop.Token));
        Assert.Equal(members.Length, Directory.GetDirectories(folder.Path).Length);
        Assert.All(members, member => Assert.InRange(member.Trainer.Step, 5, 6));
    }

    [Fact]
    public void One_that_breaks_down_leaves_and_the_others_go_on()
    {
        var sources = Shared();
        var broken = new SaeTrainer(Config(8) with { Architecture = "standard", K = 0 }, Options with { Penalty = new() { Coefficient = double.MaxValue, WarmupSteps = 1 } }, sources[0], Reference.Instance);
        var (sound, alone) = (new GroupMember(new SaeTrainer(Config(8), Options, sources[0], Reference.Instance)), new SaeTrainer(Config(8), Options, Alone(0), Reference.Instance));
        var failed = new GroupMember(broken);
        new TrainingGroup([failed, sound]).Run();
        Assert.NotNull(failed.Failure);
        Assert.Null(sound.Failure);
        RequireSame(alone.Run(), sound.Trainer.Snapshot());
    }

    [Fact]
    public void Columns_of_a_buffer_are_those_of_a_buffer_of_their_own()
    {
        var sources = Shared();
        foreach (var (part, width) in Widths.Index())
        {
            var (alone, x, y) = (Alone(part), Tensor.Zeros(DType.F32, 32, width), Tensor.Zeros(DType.F32, 32, width));
            foreach (var batch in new[] { 3, 4, 21, 0 })
            {
                sources[part].Fill(batch, x, default);
                alone.Fill(batch, y, default);
                Assert.Equal(y.Span<float>().ToArray(), x.Span<float>().ToArray());
            }
            Assert.Equal(alone.MeanNorm(null, default), sources[part].MeanNorm(null, default));
            Assert.Equal(alone.MeanSquaredNorm(77, default), sources[part].MeanSquaredNorm(77, default));
        }
    }

    private static (SaeConfig Config, TrainingOptions Options, int Part)[] Setups() =>
    [
        (Config(8), Options, 0), (Config(8) with { K = 5 }, Options with { Steps = 10 }, 0), (Config(5), Options, 1), (RandomTensors.Config("standard", 8, 24), Options, 2),
    ];

    private static GroupMember[] Members(IReadOnlyList<ActivationSource> sources) =>
        [.. Setups().Select(setup => new GroupMember(new SaeTrainer(setup.Config, setup.Options, sources[setup.Part], Reference.Instance)))];

    private static SaeConfig Config(int dIn) => RandomTensors.Config("topk", dIn, 32);

    private static Tensor Pool(int width, int seed) => PoolSource.SparseSums(seed, 1000, width, directions: 20, active: 3);

    /// <summary>The parts side by side in one buffer.</summary>
    private static IReadOnlyList<ColumnSource> Shared()
    {
        var pool = Tensor.Zeros(DType.F32, 1000, Widths.Sum());
        var column = 0;
        foreach (var (part, width) in Widths.Index())
        {
            for (var row = 0; row < 1000; row++) Pool(part).Row<float>(row).CopyTo(pool.Row<float>(row)[column..]);
            column += width;
        }
        return ColumnSource.Split(new(new PoolStream(pool), 32, 1, 9), Widths);
    }

    private static readonly Tensor[] Pools = [.. Widths.Select((width, part) => Pool(width, part))];

    private static Tensor Pool(int part) => Pools[part];

    private static ShuffledBuffer Alone(int part) => new(new PoolStream(Pool(part)), 32, 1, 9);

    private static void RequireSame(SparseAutoencoder expected, SparseAutoencoder actual)
    {
        foreach (var (name, tensor) in expected.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), actual.Tensors[name].Span<float>().ToArray());
    }

    private sealed class PoolStream(Tensor pool) : ActivationStream
    {
        public override int DIn => pool.Columns;

        public override long TokensPerEpoch => pool.RowCount;

        public override void Read(int epoch, long start, long count, Action<Tensor> take, CancellationToken cancel) => take(pool.Rows((int)start, (int)count));
    }

    private sealed class CountingSource(PoolSource source) : ActivationSource
    {
        public List<long> Filled { get; } = [];

        public override int DIn => source.DIn;

        public override int BatchSize => source.BatchSize;

        public override long TokensPerEpoch => source.TokensPerEpoch;

        public override void Fill(long batch, Tensor x, CancellationToken cancel)
        {
            Filled.Add(batch);
            source.Fill(batch, x, cancel);
        }

        public override double MeanNorm(long? tokens, CancellationToken cancel) => source.MeanNorm(tokens, cancel);

        public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => source.MeanSquaredNorm(tokens, cancel);
    }
}
