namespace SaeSharp.Saes.Training.Steps;

/// <summary>A training step of a Matryoshka BatchTopK SAE: BatchTopK whose first latents must also reconstruct without the later ones, so that general features do not dissolve into special ones.</summary>
/// <remarks>
/// Bussmann et al. 2025, arXiv:2503.17547. loss = Σ over levels of mean‖x − x̂_level‖² + aux (SAELens, <c>saes/matryoshka_batchtopk_sae.py</c>); dictionary_learning takes the mean over
/// n levels of losses that count 1/n each. Detached inner losses and levels by frequency: chanind, <c>claude-auto-research-synthsaebench</c>. Saved like BatchTopK.
/// </remarks>
[SaeArchitecture("matryoshka_batchtopk"), SaeArchitecture("matryoshka_batchtopk_transcoder"), SaeArchitecture("matryoshka_batchtopk_skip_transcoder")]
[TrainingTraits(CountsOverBatch = true)]
internal sealed class MatryoshkaStep(StepSetting setting) : PrefixStep(setting, new(setting, setting.DSae / 32, setting.DSae / 8, setting.DSae / 2));
