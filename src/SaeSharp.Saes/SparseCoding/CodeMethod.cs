namespace SaeSharp.Saes.SparseCoding;

/// <summary>The solvers by name.</summary>
public enum CodeMethod
{
    /// <summary>½‖b − A·x‖² + λ‖x‖₁, with --ridge the elastic net.</summary>
    Lasso,
    /// <summary>The Lasso's path, followed to λ or to a number of atoms.</summary>
    Lars,
    /// <summary>Proximal gradient descent.</summary>
    Ista,
    /// <summary>The same with momentum and restarts.</summary>
    Fista,
    /// <summary>Orthogonal matching pursuit.</summary>
    Omp,
    /// <summary>Matching pursuit.</summary>
    Mp,
    /// <summary>Least squares over weights of 0 or more.</summary>
    Nnls,
    /// <summary>‖b − A·x‖² + λ‖x‖², no zeros.</summary>
    Ridge,
    /// <summary>The least ‖x‖₁ with A·x = b.</summary>
    BasisPursuit,
}
