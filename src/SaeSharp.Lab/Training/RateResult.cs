using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>What learning rates did to the SAEs of a training request.</summary>
/// <param name="Saes">One entry for each SAE that the request asks for, learning rates aside.</param>
/// <param name="Seconds">Wall-clock time.</param>
public sealed record RateResult(IReadOnlyList<RateCurve> Saes, double Seconds);

/// <summary>The learning rates tried for one SAE.</summary>
/// <param name="Label">What tells it from the others.</param>
/// <param name="Planned">The learning rate that the request would train it with.</param>
/// <param name="Suggested">The one that the curve speaks for: a fifth of the one at the lowest loss, but none below the steepest; null where no step could be made.</param>
/// <param name="Lowest">The rate at the lowest smoothed loss.</param>
/// <param name="Steepest">The rate at which the smoothed loss falls fastest.</param>
/// <param name="End">Why no higher rate was tried: range (the highest was reached), lost (the loss was far above its best), brokeDown (it was no longer finite).</param>
/// <param name="Points">Each rate with the loss of its batch and the smoothed loss.</param>
public sealed record RateCurve(string Label, double Planned, double? Suggested, double? Lowest, double? Steepest, LearningRateEnd End, IReadOnlyList<RatePoint> Points);

/// <summary>One learning rate.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="Loss">Loss of the batch before the step with it.</param>
/// <param name="Smoothed">Mean of the losses so far, of which older ones count less and less.</param>
public sealed record RatePoint(double Rate, double Loss, double Smoothed);
