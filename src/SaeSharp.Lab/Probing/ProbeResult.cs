namespace SaeSharp.Lab.Probing;

/// <summary>What probes found.</summary>
/// <param name="Sae">The SAE's name.</param>
/// <param name="Model">The model.</param>
/// <param name="Hook">The hook point.</param>
/// <param name="Pooling">How tokens were pooled.</param>
/// <param name="Training">Texts the probes learnt from.</param>
/// <param name="Test">Texts held out.</param>
/// <param name="LeftOut">Texts without a token that counts.</param>
/// <param name="Labels">One entry for each label that was looked for.</param>
/// <param name="Means">Scores of each kind of probe, averaged over the labels.</param>
public sealed record ProbeResult(string Sae, string Model, string Hook, Pooling Pooling, int Training, int Test, int LeftOut, IReadOnlyList<LabelProbes> Labels, IReadOnlyList<ProbeMean> Means);

/// <summary>Probes for one label against the rest.</summary>
/// <param name="Label">The label.</param>
/// <param name="TestPositives">Held-out texts that have it.</param>
/// <param name="Majority">Accuracy of always saying what is more frequent among the training texts.</param>
/// <param name="Probes">Sparse ones first, then all latents, then the raw activations.</param>
public sealed record LabelProbes(string Label, int TestPositives, double Majority, IReadOnlyList<ProbeLine> Probes);

/// <summary>One probe and its scores on the held-out texts.</summary>
/// <param name="Reads">What it reads: latents, or activations.</param>
/// <param name="Count">How many numbers of a text it reads.</param>
/// <param name="TrainingAccuracy">Accuracy on the texts it learnt from.</param>
/// <param name="Accuracy">Share of the held-out texts that it tells right, with the 95 % interval of Wilson.</param>
/// <param name="F1">2·precision·recall ÷ (precision + recall), 0 without a true positive, with a 95 % bootstrap interval.</param>
/// <param name="Auroc">Chance that a text with the label scores above one without, with a 95 % bootstrap interval.</param>
/// <param name="Latents">Latents of a sparse probe, the most different first; empty for the others.</param>
public sealed record ProbeLine(string Reads, int Count, double TrainingAccuracy, Estimate Accuracy, Estimate F1, Estimate Auroc, IReadOnlyList<ProbedLatent> Latents);

/// <summary>A latent that a sparse probe reads.</summary>
/// <param name="Latent">Its index.</param>
/// <param name="Difference">Mean over positive less mean over negative training texts.</param>
/// <param name="Weight">Its weight in the probe.</param>
public sealed record ProbedLatent(int Latent, double Difference, double Weight);

/// <summary>A number and its 95 % interval.</summary>
/// <param name="Value">The number.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Estimate(double Value, double Low, double High);

/// <summary>Scores of one kind of probe, averaged over the labels.</summary>
/// <param name="Reads">What it reads.</param>
/// <param name="Count">How many numbers of a text.</param>
/// <param name="Accuracy">Mean accuracy.</param>
/// <param name="F1">Mean F1.</param>
/// <param name="Auroc">Mean AUROC.</param>
public sealed record ProbeMean(string Reads, int Count, double Accuracy, double F1, double Auroc);
