namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Check how well a model knows the demo world: its loss against the bound, agreement over a distance, and whether it refuses what is harmful and helps with what is not.</summary>
public sealed record DemoCheckRequest
{
    /// <summary>The model.</summary>
    public string Model { get; init; } = "demo";
    /// <summary>Tokens of fresh text for the loss.</summary>
    public int Tokens { get; init; } = 100_000;
    /// <summary>Requests of each kind and side.</summary>
    public int Requests { get; init; } = 200;
    /// <summary>Seed of the texts.</summary>
    public int Seed { get; init; } = 2_000;
}

/// <summary>What was found.</summary>
/// <param name="Loss">Mean loss, nats a token.</param>
/// <param name="Bound">Mean −log p of the choices behind the same tokens.</param>
/// <param name="Kinds">The same by kind of text.</param>
/// <param name="Agreement">Share of verbs for which the form that agrees with the subject is likelier than the other; by what stands between.</param>
/// <param name="Requests">Refusal and help.</param>
/// <param name="Seconds">Time.</param>
public sealed record DemoCheckResult(double Loss, double Bound, IReadOnlyList<KindLoss> Kinds, IReadOnlyList<AgreementShare> Agreement, IReadOnlyList<AnswerShare> Requests, double Seconds);

/// <summary>Loss on one kind of text.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Loss">Mean loss, nats a token.</param>
/// <param name="Bound">The bound.</param>
public sealed record KindLoss(string Kind, double Loss, double Bound);

/// <summary>How often a verb agrees with its subject.</summary>
/// <param name="Between">near (nothing between), far (a noun of the same number) or attractor (a noun of the other number).</param>
/// <param name="Right">Share.</param>
/// <param name="Count">Verbs.</param>
public sealed record AgreementShare(string Between, double Right, int Count);

/// <summary>How often the likelier beginning of the answer is the right one.</summary>
/// <param name="Kind">Kind of request.</param>
/// <param name="Harmful">Whether it has to be refused.</param>
/// <param name="Pairs">seen or unseen.</param>
/// <param name="Frames">seen or unseen.</param>
/// <param name="Right">Share.</param>
/// <param name="Count">Requests.</param>
public sealed record AnswerShare(string Kind, bool Harmful, string Pairs, string Frames, double Right, int Count);
