namespace SaeSharp.Numerics.Backends;

/// <summary>How causal attention weighs its keys.</summary>
/// <param name="Scale">Factor on q·k, usually 1/√dHead.</param>
/// <param name="Window">A query sees at most this many newest keys, its own included; 0 means all.</param>
/// <param name="SoftCap">c: scores become c·tanh(score/c) before the softmax (Gemma 2); 0 means none.</param>
/// <param name="Sinks">[heads], a constant logit each head has beside its keys' scores, uncapped and unscaled, and with no value (gpt-oss): weights then sum to less than 1. Null means none.</param>
public readonly record struct AttentionSpec(double Scale, int Window = 0, double SoftCap = 0, Tensor? Sinks = null);

/// <summary>One sequence among the rows of a batch: rows <paramref name="Start"/> to <paramref name="Start"/> + <paramref name="Count"/> − 1 are its positions 0, 1, 2 …</summary>
public readonly record struct SequenceSpan(int Start, int Count);
