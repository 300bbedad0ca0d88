namespace SaeSharp.Lab.Coding;

/// <summary>Signals a second that our solvers code on a random dictionary, beside naive twins and the one pass of a TopK encoder.</summary>
public sealed record CodeBenchRequest
{
    /// <summary>Length of an atom.</summary>
    public int DIn { get; init => field = OptionException.Positive(value); } = 288;
    /// <summary>Number of atoms.</summary>
    public int DSae { get; init => field = OptionException.Positive(value); } = 4608;
    /// <summary>Signals coded at once.</summary>
    public int Signals { get; init => field = OptionException.Positive(value); } = 256;
    /// <summary>Atoms planted in a signal, and atoms a code has on average.</summary>
    public int L0 { get; init => field = OptionException.Positive(value); } = 32;
    /// <summary>Duality gap of the Lasso, as a share of ½‖b‖².</summary>
    public double Gap { get; init => field = OptionException.Positive(value); } = 1e-4;
    /// <summary>Repetitions after a warm-up; the median counts.</summary>
    public int Repetitions { get; init => field = OptionException.Positive(value); } = 5;
    /// <summary>Signals that the naive twins code: they take long.</summary>
    public int NaiveSignals { get; init => field = OptionException.NotNegative(value); } = 4;
}

/// <summary>What was measured, all in one process.</summary>
/// <param name="DIn">Length of an atom.</param>
/// <param name="DSae">Number of atoms.</param>
/// <param name="Signals">Signals coded at once.</param>
/// <param name="LambdaRatio">λ ÷ λ_max that gives codes of the L0 asked for.</param>
/// <param name="EncoderSecondsPerSignal">One pass of a TopK encoder of these sizes.</param>
/// <param name="Rows">One for each solver.</param>
public sealed record CodeBenchResult(int DIn, int DSae, int Signals, double LambdaRatio, double EncoderSecondsPerSignal, IReadOnlyList<CodeBenchRow> Rows);

/// <summary>One solver.</summary>
/// <param name="Solver">Its name.</param>
/// <param name="SignalsPerSecond">Signals a second, the median of the repetitions.</param>
/// <param name="NaivePerSecond">The same of its naive twin in the same process; null where it was not asked for.</param>
/// <param name="OfEncoder">Time a signal ÷ time a signal of the encoder.</param>
/// <param name="L0">Atoms a code has on average.</param>
/// <param name="LargestGap">Largest duality gap ÷ ½‖b‖², recomputed; null for pursuits.</param>
/// <param name="RelativeResidual">Mean ‖b − A·x‖ ÷ ‖b‖.</param>
public sealed record CodeBenchRow(string Solver, double SignalsPerSecond, double? NaivePerSecond, double OfEncoder, double L0, double? LargestGap, double RelativeResidual);
