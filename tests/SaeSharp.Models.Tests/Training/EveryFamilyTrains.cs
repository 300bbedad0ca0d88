using SaeSharp.Models.Tests.Transformers;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Training;

/// <summary>Laws of every family's way back, on random models of our own.</summary>
public class EveryFamilyTrains
{
    private static readonly int[][] Sequences = [[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [9, 8], [.. Enumerable.Range(1, 30)]];

    /// <summary>Configs with experts, other mixers than attention, or a gain for each head: refused by name.</summary>
    private static readonly string[] Refused = ["deepseek_v3", "deepseek_v3, halves", "gpt_oss", "gpt_oss, packed", "mixtral", "qwen2_moe", "qwen3_5", "qwen3_5_moe", "qwen3_5_moe_text", "qwen3_5_text", "qwen3_moe", "qwen3_next", "stablelm, parallel"];

    public static TheoryData<string> Names => [.. TinyConfigs.Names.Except(Refused)];

    public static TheoryData<string> RefusedNames => [.. Refused];

    [Theory, MemberData(nameof(RefusedNames))]
    public void What_cannot_be_trained_is_refused_with_a_reason(string name) =>
        Assert.Contains("cannot be trained yet", Assert.Throws<ModelException>(() => Load(name, "reference", DType.F64)).Message, StringComparison.Ordinal);

    [Theory, MemberData(nameof(Names))]
    public void The_way_there_gives_the_logits_of_the_transformer(string name)
    {
        foreach (var (engine, type, tolerance) in new[] { ("reference", DType.F64, 1e-11), (Engines.Fast, DType.F32, 5e-5) })
            Runs.RequireWithin(tolerance, new TinyModel(name).Load(engine, type).Logits(null, Sequences), Load(name, engine, type).Forward(TrainingBatch.Of(Sequences)), engine);
    }

    /// <summary>Along a random direction of each parameter, by differences of fourth order.</summary>
    [Theory, MemberData(nameof(Names))]
    public void The_gradient_of_every_parameter_is_the_loss_slope(string name)
    {
        var model = Load(name, "reference", DType.F64);
        var batch = TrainingBatch.Of(Sequences[..2]);
        _ = model.LossAndGradients(batch, 1);
        foreach (var (number, parameter) in model.Parameters.Index())
        {
            var direction = Direction(parameter.Value, number);
            var slope = 0.0;
            for (var i = 0L; i < direction.Count; i++) slope += direction.Read(i) * parameter.Gradient.Read(i);
            var expected = Slope(step => Moved(parameter.Value, direction, step, () => model.Loss(batch)));
            Assert.True(Math.Abs(expected - slope) <= 1e-6 * (1 + Math.Abs(expected)), $"{parameter.Name}: {slope:R}, by differences {expected:R}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void The_gradient_of_a_stream_is_the_loss_slope_from_any_block(string name)
    {
        var model = Load(name, "reference", DType.F64);
        var batch = TrainingBatch.Of(Sequences[..2]);
        for (var block = 0; block <= model.Spec.Layers; block++)
        {
            var stream = Direction(Tensor.Zeros(DType.F64, batch.Rows, model.Spec.DModel), 50 + block);
            var (gradient, direction) = (Tensor.Zeros(DType.F64, stream.Shape), Direction(stream, 90 + block));
            var loss = model.LossFrom(batch, block, stream, 1, gradient);
            var slope = 0.0;
            for (var i = 0L; i < direction.Count; i++) slope += direction.Read(i) * gradient.Read(i);
            var unused = Tensor.Zeros(DType.F64, stream.Shape);
            var expected = Slope(step => Moved(stream, direction, step, () => model.LossFrom(batch, block, stream, 1, unused)));
            Assert.True(Math.Abs(expected - slope) <= 1e-6 * (1 + Math.Abs(expected)), $"block {block}: {slope:R}, by differences {expected:R}");
            Assert.All(model.Parameters, parameter => Assert.Equal(0, parameter.Gradient.Read(0)));

            // The same from the gradient of the logits.
            var logits = model.ForwardFrom(batch, block, stream);
            var dLogits = CrossEntropySlopes(logits, batch);
            model.Backward(dLogits, unused, parameters: false);
            Runs.RequireWithin(1e-9, gradient, unused, $"block {block}");
            Assert.True(loss > 0);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_saved_model_is_the_same_model(string name)
    {
        using var folder = new TemporaryFolder();
        new TinyModel(name).Write(folder["before"] is var before && Directory.CreateDirectory(before) is not null ? before : "");
        ModelFolder.Write(folder["after"], DifferentiableTransformer.Load(folder["before"], Engines.Get(Engines.Fast)), DType.F32, null);
        var expected = Transformer.Load(folder["before"], Engines.Get(Engines.Fast)).Logits(null, Sequences);
        Runs.RequireWithin(1e-6, expected, Transformer.Load(folder["after"], Engines.Get(Engines.Fast)).Logits(null, Sequences), name);
    }

    private static DifferentiableTransformer Load(string name, string engine, DType type)
    {
        using var folder = new TemporaryFolder();
        new TinyModel(name).Write(folder.Path);
        return DifferentiableTransformer.Load(folder.Path, Engines.Get(engine), type);
    }

    private static Tensor CrossEntropySlopes(Tensor logits, TrainingBatch batch)
    {
        var (ones, slopes) = (Tensor.Zeros(logits.DType, batch.Rows), Tensor.Zeros(logits.DType, logits.Shape));
        for (var i = 0; i < batch.Rows; i++) ones.Write(i, 1);
        Numerics.Backends.Reference.Instance.CrossEntropyBackward(logits, batch.Targets, ones, slopes);
        return slopes;
    }

    private static Tensor Direction(Tensor like, int seed)
    {
        var (random, direction) = (new Random(seed), Tensor.Zeros(DType.F64, like.Shape));
        for (var i = 0L; i < direction.Count; i++) direction.Write(i, random.NextDouble() - 0.5);
        return direction;
    }

    private static double Slope(Func<double, double> f)
    {
        const double H = 2e-6; // small, so that no ReLU turns in between
        return (8 * (f(H) - f(-H)) - (f(2 * H) - f(-2 * H))) / (12 * H);
    }

    private static double Moved(Tensor value, Tensor direction, double step, Func<double> f)
    {
        var before = value.Clone();
        for (var i = 0L; i < value.Count; i++) value.Write(i, value.Read(i) + step * direction.Read(i));
        var result = f();
        before.CopyTo(value);
        return result;
    }
}
