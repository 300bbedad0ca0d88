using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Whole trajectories of SAELens' trainer, in its f64 and f32, within the drifts measured for it under another order of summation.</summary>
public class TrainingGoldens
{
    private const string Root = "golden/saes/training";

    public static TheoryData<string> Runs => ["sl_topk_aux", "sl_topk_plain_decoder_norm", "sl_standard_l1_warmup", "sl_standard_p2_cosine", "sl_standard_expected_average",
        "sl_topk_whitening", "sl_gated", "sl_jumprelu_step", "sl_jumprelu_tanh_preact_ste", "sl_jumprelu_quadratic", "sl_batchtopk", "sl_matryoshka", "sl_matryoshka_level_aux", "sl_abstopk", "sl_matching_pursuit"];

    [Theory, MemberData(nameof(Runs))]
    public void In_f64_every_step_is_that_of_SAELens(string name) => RequireF64(name, _ => { });

    [Theory, InlineData("sl_standard_l1_warmup"), InlineData("sl_standard_p2_cosine"), InlineData("sl_standard_expected_average"), InlineData("sl_gated"), InlineData("sl_jumprelu_step"),
        InlineData("sl_jumprelu_tanh_preact_ste"), InlineData("sl_jumprelu_quadratic")]
    public void Computed_with_entries_every_step_is_that_of_SAELens_too(string name) => RequireF64(name, trainer => ((DenseStep)trainer.TrainingStep).SparseBelow = 1);

    private static void RequireF64(string name, Action<SaeTrainer> prepare)
    {
        var run = new GoldenRun(Root, name);
        var trainer = run.Trainer(Reference.Instance, DType.F64);
        prepare(trainer);
        for (var t = 0; t < run.Steps; t++)
        {
            var report = trainer.Advance(default);
            run.RequireLog(t, report);
            run.RequireThreshold(t, trainer);
            if (t == 0) run.RequireFirstGradient(trainer);
            run.RequireParameters(t + 1, "f64", trainer, drift => Math.Max(1e-12, 100 * run.Drift("drift_f64_rows_reversed_vs_f64", drift)));
        }
        Assert.Equal(run.File.Read("final.n_forward_passes_since_fired").Span<float>().ToArray(), trainer.Dead.SinceFired.Select(tokens => (float)tokens / trainer.Source.BatchSize));
        run.RequireAdam(trainer);
    }

    [Theory, MemberData(nameof(Runs))]
    public void In_f32_the_reference_backend_stays_within_the_drift_of_SAELens(string name) => RequireF32(name, Reference.Instance);

    [Theory, MemberData(nameof(Runs))]
    public void In_f32_the_vector_backend_stays_within_the_drift_of_SAELens(string name) => RequireF32(name, CpuBackend.Create(2));

    [Theory, InlineData("sl_standard_expected_average"), InlineData("sl_topk_whitening")]
    public void The_finished_SAE_reads_activations_as_they_are(string name)
    {
        var run = new GoldenRun(Root, name);
        var trainer = run.Trainer(Reference.Instance, DType.F64);
        var sae = trainer.Run();
        foreach (var (tensorName, tensor) in sae.Tensors)
        {
            var expected = run.File.Read($"folded.f64.{tensorName}");
            for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), tensor.Read(i), 1e-6);
        }
    }

    /// <summary>Where latents jump, one that falls on the other side of its threshold changes the course: until then runs agree closely, afterwards in loss (see the README of the goldens).</summary>
    private static void RequireF32(string name, Backend backend)
    {
        var run = new GoldenRun(Root, name);
        var trainer = run.Trainer(backend, DType.F32);
        var losses = run.File.Read("log.f32.loss");
        var forked = false;
        for (var t = 0; t < run.Steps; t++)
        {
            var report = trainer.Advance(default);
            forked |= run.HasJumps && Math.Abs(report.L0 - run.File.Read("log.f32.l0").Read(t)) > 1e-9;
            forked |= run.ForksInAux(t, report);
            var (loss, tolerance) = (report.Loss, forked ? 0.01 : Math.Max(1e-5, 10 * run.Largest("loss_rel_max_so_far")));
            Assert.True(!forked || t >= 100, $"step {t}: other latents fire");
            Assert.True(Math.Abs(loss - losses.Read(t)) <= tolerance * losses.Read(t), $"step {t}: loss {loss:R}, expected {losses.Read(t):R}");
        }
        if (!forked) run.RequireParameters(run.Steps, "f32", trainer, _ => Math.Max(2e-6, 10 * run.Largest("param_max_abs")));
    }
}
