using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>The aux-k loss has one value and one gradient, whether it is computed from entries or from products.</summary>
public class DeadLatentForms
{
    private const int DIn = 12, DSae = 60, Batch = 30;
    private const double Always = 0, Never = 2;

    public static TheoryData<Convention, bool, bool, int> All
    {
        get
        {
            var data = new TheoryData<Convention, bool, bool, int>();
            foreach (var convention in Enum.GetValues<Convention>())
                foreach (var isSigned in new[] { false, true })
                    foreach (var hasNorms in new[] { false, true })
                        foreach (var dead in new[] { 3, 17, 60 }) data.Add(convention, isSigned, hasNorms, dead);
            return data;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Products_give_what_entries_give(Convention convention, bool isSigned, bool hasNorms, int dead) => Require(convention, isSigned, hasNorms, dead, Reference.Instance, DType.F64, 1e-12);

    [Theory, MemberData(nameof(All))]
    public void In_f32_as_well(Convention convention, bool isSigned, bool hasNorms, int dead) => Require(convention, isSigned, hasNorms, dead, CpuBackend.Create(2), DType.F32, 2e-5);

    private static void Require(Convention convention, bool isSigned, bool hasNorms, int deadCount, Backend backend, DType type, double tolerance)
    {
        int[] dead = [.. new Random(deadCount).GetItems(Enumerable.Range(0, DSae).ToArray(), 400).Distinct().Take(deadCount).Order()];
        var (entries, products) = (Run(Never), Run(Always));
        Assert.InRange(products.Loss, entries.Loss * (1 - tolerance), entries.Loss * (1 + tolerance));
        foreach (var (expected, actual) in entries.Gradients.Zip(products.Gradients))
            for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), actual.Read(i), tolerance * (1 + Math.Abs(expected.Read(i))));

        (double Loss, Tensor[] Gradients) Run(double from)
        {
            var options = new TrainingOptions { Convention = convention, Dead = new() { AuxK = 6, AuxCoefficient = 0.7 } };
            var config = RandomTensors.Config("topk", DIn, DSae);
            var setting = new StepSetting(config, options, backend, Optimiser.Create(options.Optimiser, backend), type, Batch);
            var weights = new SaeParameters(setting);
            var seed = 1;
            foreach (var weight in weights.All)
            {
                RandomTensors.Normal(seed++, weight.Value.Shape.ToArray()).ConvertTo(weight.Value);
                RandomTensors.Normal(seed++, weight.Value.Shape.ToArray()).ConvertTo(weight.Gradient); // what the main loss has left there
            }
            var norms = Tensor.Zeros(type, DSae);
            backend.RowNorms(weights.Decoder.Value, norms);
            var (input, residual) = (RandomTensors.Normal(50, Batch, DIn).To(type), RandomTensors.Normal(51, Batch, DIn).To(type));
            var term = new DeadLatentTerm(setting, weights, new(setting), isSigned) { DenseFrom = from };
            var loss = 0.0;
            for (var twice = 0; twice < 2; twice++) // the second finds what the first left behind
            {
                loss = term.Forward(input, residual, hasNorms ? norms : null, dead, 1.0 / Batch);
                term.AddGradients(input);
            }
            return (loss, [.. weights.All.Select(weight => weight.Gradient)]);
        }
    }
}
