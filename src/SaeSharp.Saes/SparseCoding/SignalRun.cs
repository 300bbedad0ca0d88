namespace SaeSharp.Saes.SparseCoding;

/// <summary>One signal on its way to its code: a step whenever the cosines of its residual with all atoms are known.</summary>
/// <remarks>Runs of many signals stand side by side, so that one matrix product gives the cosines of all: <see cref="SignalBatch"/>.</remarks>
internal abstract class SignalRun
{
    protected SignalRun(AtomDictionary dictionary, double[] signal)
    {
        (Dictionary, Signal, Residual) = (dictionary, signal, [.. signal]);
        SignalNorm = ResidualNorm = AtomDictionary.Norm(signal);
    }

    public AtomDictionary Dictionary { get; }

    public double[] Signal { get; }

    /// <summary>‖b‖.</summary>
    public double SignalNorm { get; }

    /// <summary>b − A·x of the present x.</summary>
    public double[] Residual { get; }

    public double ResidualNorm { get; private set; }

    /// <summary>The answer; null until it is found.</summary>
    public SparseAnswer? Answer { get; protected set; }

    /// <summary>Goes on with the f32 cosines [n] of the residual, each within <see cref="AtomDictionary.CosineError"/>. It may overwrite them.</summary>
    public abstract void Step(Span<float> cosines);

    protected void UpdateResidual(ReadOnlySpan<int> indices, ReadOnlySpan<double> values)
    {
        Dictionary.Residual(Signal, indices, values, Residual);
        ResidualNorm = AtomDictionary.Norm(Residual);
    }

    protected void TakeOff(int atom, double weight)
    {
        Dictionary.AddTo(atom, -weight, Residual);
        ResidualNorm = AtomDictionary.Norm(Residual);
    }
}
