using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Coding;

/// <summary>One token's activation as λ falls: the Lasso's path on an SAE's decoder, beside OMP and the code of the SAE itself.</summary>
public sealed record CodePathRequest : PromptInput
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Place of the token in the prompt, BOS counted; left out: the last.</summary>
    public int? Position { get; init; }
    /// <summary>Most features of a code on the path.</summary>
    public int Most { get; init => field = OptionException.InRange(value, 1, 256); } = 48;
    /// <summary>Steps of proximal gradient descent to show at each of <see cref="CodePathResult.Descents"/>.</summary>
    public int Steps { get; init => field = OptionException.InRange(value, 1, 1000); } = 60;
}

/// <summary>A token's codes.</summary>
public sealed record CodePathResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>The prompt's tokens.</summary>
    public required IReadOnlyList<TokenCell> Tokens { get; init; }
    /// <summary>The token coded.</summary>
    public required int Position { get; init; }
    /// <summary>‖b‖ of what is coded, the activation less b_dec.</summary>
    public required double Norm { get; init; }
    /// <summary>λ_max: from it on the code is empty.</summary>
    public required double LambdaMax { get; init; }
    /// <summary>The SAE's own code.</summary>
    public required PathCode SaeCode { get; init; }
    /// <summary>The Lasso's codes with weights of 0 or more, from λ_max down.</summary>
    public required IReadOnlyList<PathCode> Lasso { get; init; }
    /// <summary>OMP's codes with weights of 0 or more, after each step.</summary>
    public required IReadOnlyList<PathCode> Omp { get; init; }
    /// <summary>The objective step by step at some shares of λ_max.</summary>
    public required IReadOnlyList<PathDescent> Descents { get; init; }
}

/// <summary>One code.</summary>
/// <param name="LambdaRatio">λ ÷ λ_max; null where no λ made it.</param>
/// <param name="ErrorShare">‖b − A·x‖² ÷ ‖b‖².</param>
/// <param name="Objective">½‖b − A·x‖² + λ‖x‖₁; null where no λ made it.</param>
/// <param name="Features">Ascending by index.</param>
public sealed record PathCode(double? LambdaRatio, double ErrorShare, double? Objective, IReadOnlyList<PathFeature> Features);

/// <summary>A feature and its weight.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Value">Its coefficient.</param>
public sealed record PathFeature(int Feature, double Value);

/// <summary>Proximal gradient descent at one λ.</summary>
/// <param name="LambdaRatio">λ ÷ λ_max.</param>
/// <param name="Ista">Objective after each step without momentum.</param>
/// <param name="Fista">The same with momentum and restarts.</param>
/// <param name="Least">The least objective there is, to rounding.</param>
public sealed record PathDescent(double LambdaRatio, IReadOnlyList<double> Ista, IReadOnlyList<double> Fista, double Least);
