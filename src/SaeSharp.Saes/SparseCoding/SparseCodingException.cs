namespace SaeSharp.Saes.SparseCoding;

/// <summary>A sparse coding problem that has no answer as it was asked.</summary>
public sealed class SparseCodingException : SaeSharpException
{
    private SparseCodingException(string message, string hint) : base(message, hint) { }

    internal static SparseCodingException NotFloat(string what, Numerics.DType type) => new(
        $"The {what} are {type}, expected F32 or F64.",
        "Convert them first.");

    internal static SparseCodingException NoAtoms(string shape) => new(
        $"The dictionary is {shape}, expected [atoms, width] with at least one atom.",
        "Give one atom a row; a matrix with atoms as columns is turned round with --columns.");

    internal static SparseCodingException AtomNotFinite(int atom, int count) => new(
        $"Atom {atom} of {count} holds NaN, an infinite number, or numbers whose squares overflow.",
        "Look at the file that the dictionary came from.");

    internal static SparseCodingException SignalNotFinite(int row, int count) => new(
        $"Signal {row} of {count} holds NaN, an infinite number, or numbers whose squares overflow.",
        "Leave that signal out, or look at what it was computed from.");

    internal static SparseCodingException WrongWidth(string shape, int width) => new(
        $"The signals are {shape}, expected [signals, {width}]: atoms have {width} numbers.",
        "Check that the signals come from where the dictionary was made for.");

    internal static SparseCodingException TooManyAtoms(int k, int count) => new(
        $"{k} atoms a signal are asked for, but the dictionary has {count}.",
        $"Choose at most {count}.");

    internal static SparseCodingException NoPenalty(double lambda) => new(
        System.FormattableString.Invariant($"λ is {lambda}, expected a finite number above 0."),
        "For λ = 0 use nnls or ridge, or basis pursuit for the sparsest exact code.");

    internal static SparseCodingException OutOfReach(int row, double share) => new(
        System.FormattableString.Invariant($"Signal {row} is no combination of the atoms: a share of {share:G3} of its length cannot be reached, and basis pursuit needs A·x = b."),
        "Use lasso with a small --lambda-ratio, which allows an error.");

    internal static SparseCodingException Singular(int atoms) => new(
        $"The {atoms} equations of the ridge are singular: the penalty is too small for these atoms.",
        "Raise --lambda.");
}
