using SaeSharp.Lab.Harvesting;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Code activations with the atoms of a dictionary by solving for each, where an SAE's encoder guesses in one pass.</summary>
public sealed record CodeRequest
{
    /// <summary>SAE whose decoder rows, at length 1, are the atoms: a folder, a name in the workspace, or a published one that was fetched (sae pull). Signals are then what its decoder has to make, x − b_dec.</summary>
    public string? Sae { get; init; }
    /// <summary>A safetensors file with the atoms instead, as they are.</summary>
    public string? Dictionary { get; init; }
    /// <summary>Name of the tensor of atoms in it, [atoms, width].</summary>
    public string Atoms { get; init; } = "W_dec";
    /// <summary>The atoms are the columns of that tensor: [width, atoms].</summary>
    public bool Columns { get; init; }
    /// <summary>Hook point whose activations the atoms of a file are for: a model's texts can be coded with them then, and a coder saved. Left out with an SAE, which says it.</summary>
    public string? Hook { get; init; }
    /// <summary>A safetensors file with signals [n, width] instead of a model's activations over texts.</summary>
    public string? Input { get; init; }
    /// <summary>Name of the tensor of signals in it.</summary>
    public string Tensor { get; init; } = "x";
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public CorpusOptions Corpus { get; init; } = new();
    /// <summary>Stop after this many tokens; 0 takes all.</summary>
    public long Tokens { get; init; }
    /// <summary>Solver: lasso, lars, ista, fista, omp, mp, nnls, ridge or basis-pursuit.</summary>
    public CodeMethod Method { get; init; }
    /// <summary>λ, in units of a correlation with an atom (ridge: the penalty).</summary>
    public double? Lambda { get; init; }
    /// <summary>λ as a share of each signal's λ_max, from which on its code is empty. Left out: 0.1.</summary>
    public double? LambdaRatio { get; init; }
    /// <summary>Second penalty ½ ridge ‖x‖² (lasso): the elastic net.</summary>
    public double Ridge { get; init; }
    /// <summary>Atoms a signal: the steps of omp and mp, the knot of lars; lasso chooses one λ that gives as many on average.</summary>
    public int? L0 { get; init; }
    /// <summary>Stop omp and mp at ‖b − A·x‖² of this share of ‖b‖².</summary>
    public double? Residual { get; init; }
    /// <summary>Duality gap to reach, as a share of ½‖b‖² (lasso, ista, fista). Left out: 10⁻⁶ of the objective, 10⁻¹³ with f64.</summary>
    public double? Gap { get; init; }
    /// <summary>Weights of 0 or more, as an SAE's are.</summary>
    public bool Positive { get; init; }
    /// <summary>What weights are rounded to: f32 or f64.</summary>
    public CodePrecision Precision { get; init; }
    /// <summary>The safetensors file to write: codes.indptr, codes.indices, codes.values (row r has the entries indptr[r] to indptr[r + 1]), reconstruction, and each signal's objective, gap, residual, lambda and iterations.</summary>
    public string? Out { get; init; }
    /// <summary>Keep dictionary and method as a coder: a name in the workspace, or a path that begins with / or a dot. Every verb that takes an SAE takes it (read, index, contrast, eval, steer ...), and codes by solving.</summary>
    public string? Save { get; init; }
}

/// <summary>How the signals were coded.</summary>
public sealed record CodeResult
{
    /// <summary>Solver.</summary>
    public required string Method { get; init; }
    /// <summary>Where the atoms are from.</summary>
    public required string Dictionary { get; init; }
    /// <summary>Atoms.</summary>
    public required int Atoms { get; init; }
    /// <summary>Their length.</summary>
    public required int Width { get; init; }
    /// <summary>Signals coded.</summary>
    public required long Signals { get; init; }
    /// <summary>Mean atoms a signal.</summary>
    public double? L0 { get; init; }
    /// <summary>Fraction of the signals' variance that the codes leave unexplained.</summary>
    public double? Fvu { get; init; }
    /// <summary>Mean ‖b − A·x‖² ÷ ‖b‖².</summary>
    public double? ResidualShare { get; init; }
    /// <summary>Largest duality gap ÷ ½‖b‖²; null where the method has none.</summary>
    public double? LargestGap { get; init; }
    /// <summary>Mean iterations.</summary>
    public double? Iterations { get; init; }
    /// <summary>How many signals stopped for which reason.</summary>
    public required IReadOnlyDictionary<string, long> Stopped { get; init; }
    /// <summary>Seconds in the solver for one signal.</summary>
    public double? SecondsPerSignal { get; init; }
    /// <summary>The file written; null where none was asked for.</summary>
    public string? Out { get; init; }
    /// <summary>The coder's name; null where none was saved.</summary>
    public string? Saved { get; init; }
}
