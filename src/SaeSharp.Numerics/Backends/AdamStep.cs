namespace SaeSharp.Numerics.Backends;

/// <summary>One step of Adam (arXiv:1412.6980) or, with decay, AdamW (arXiv:1711.05101).</summary>
/// <param name="Step">t, counted from 1: enters the bias corrections 1 − βᵗ.</param>
/// <param name="LearningRate">α of this step.</param>
/// <param name="Beta1">Decay of the mean.</param>
/// <param name="Beta2">Decay of the mean square.</param>
/// <param name="Epsilon">ε, added to the root of the corrected mean square.</param>
/// <param name="WeightDecay">λ: weights are first scaled by 1 − αλ.</param>
/// <param name="GradientScale">Factor on the gradient, for clipping by global norm.</param>
public readonly record struct AdamStep(
    int Step, double LearningRate, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0, double GradientScale = 1);
