using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Whole trajectories of sparsify's trainer, within the drifts measured for them under another order of summation.</summary>
public class SparsifyGoldens
{
    private const string Root = "golden/saes/training";

    public static TheoryData<string> Runs => ["sp_adam_topk", "sp_adam_topk_auxk", "sp_adam_multi_topk", "sp_adam_groupmax", "sp_adam_transcoder_skip"];

    [Theory, MemberData(nameof(Runs))]
    public void In_f64_every_step_is_that_of_sparsify(string name)
    {
        var run = new SparsifyRun(Root, name);
        var trainer = run.Trainer(Reference.Instance, DType.F64);
        for (var t = 0; t < run.Steps; t++)
        {
            var report = run.Advance(trainer, t);
            run.RequireLog("f64.loss", t, report.Loss, Math.Max(1e-12, 100 * run.Drift("drift_f64_rows_reversed_vs_f64", t + 1, "loss_rel_max_so_far")));
            run.RequireLog("f64.lr", t, report.LearningRate, 1e-12);
            run.RequireLog("f64.fvu", t, 1 - report.ExplainedVariance, 1e-11);
            if (run.AuxCoefficient > 0)
            {
                run.RequireLog("f64.num_dead", t, report.Dead, 0);
                run.RequireLog("f64.auxk_loss", t, report.AuxLoss / run.AuxCoefficient, 1e-11);
            }
            if (t == 0) run.RequireFirstGradient(trainer, run.Trainer(Reference.Instance, DType.F64));
            run.RequireParameters(t + 1, "f64", trainer, Math.Max(1e-12, 100 * run.Drift("drift_f64_rows_reversed_vs_f64", t + 1)));
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void In_f32_the_vector_backend_stays_within_the_drift_of_sparsify(string name)
    {
        var run = new SparsifyRun(Root, name);
        var trainer = run.Trainer(CpuBackend.Create(2), DType.F32);
        double Drift(int step, string column) => Math.Max(run.Drift("drift_f32_vs_f64", step, column), run.Drift("drift_f32_rows_reversed_vs_f32", step, column));
        for (var t = 0; t < run.Steps; t++) run.RequireLog("f32.loss", t, run.Advance(trainer, t).Loss, Math.Max(1e-5, 10 * Drift(t + 1, "loss_rel_max_so_far")));
        run.RequireParameters(run.Steps, "f32", trainer, Math.Max(2e-6, 10 * Drift(run.Steps, "param_max_abs")));
    }
}
