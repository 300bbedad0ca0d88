using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Whole trajectories of dictionary_learning's trainers with a penalty, within the drifts measured for them under another order of summation.</summary>
public class DictionaryLearningGoldens
{
    private const string Root = "golden/saes/training";

    public static TheoryData<string> Runs => ["dl_standard", "dl_standard_april", "dl_gated", "dl_jumprelu", "dl_p_anneal_lp", "dl_p_anneal_lp_p", "dl_topk", "dl_batch_topk", "dl_matryoshka"];

    [Theory, MemberData(nameof(Runs))]
    public void In_f64_every_step_is_that_of_dictionary_learning(string name)
    {
        var run = new DictionaryLearningRun(Root, name);
        var trainer = run.Trainer(Reference.Instance, DType.F64);
        for (var t = 0; t < run.Steps; t++)
        {
            var drift = run.Drift("drift_f64_rows_reversed_vs_f64", t + 1);
            var report = trainer.Advance(default);
            run.RequireLog("f64.loss", t, report.Loss, Math.Max(1e-12, 100 * run.LossDrift("drift_f64_rows_reversed_vs_f64", t + 1)));
            run.RequireLog("f64.num_dead", t, report.Dead, 0);
            run.RequireThreshold(t, trainer);
            run.RequireLog("f64.lr", t, report.LearningRate, 1e-12);
            if (!run.IsConstrainedAdam) run.RequireLog("f64.grad_norm", t, report.GradientNorm, Math.Max(1e-10, 1000 * drift));
            if (t == 0) run.RequireFirstGradient(trainer, run.Trainer(Reference.Instance, DType.F64));
            run.RequireParameters(t + 1, "f64", trainer, Math.Max(1e-12, 100 * drift));
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void In_f32_the_vector_backend_stays_within_the_drift_of_dictionary_learning(string name)
    {
        var run = new DictionaryLearningRun(Root, name);
        var trainer = run.Trainer(CpuBackend.Create(2), DType.F32);
        for (var t = 0; t < run.Steps; t++)
            run.RequireLog("f32.loss", t, trainer.Advance(default).Loss, Math.Max(1e-5, 10 * Math.Max(run.LossDrift("drift_f32_vs_f64", t + 1), run.LossDrift("drift_f32_rows_reversed_vs_f32", t + 1))));
        run.RequireParameters(run.Steps, "f32", trainer, Math.Max(2e-6, 10 * run.Drift(run.Steps)));
    }
}
