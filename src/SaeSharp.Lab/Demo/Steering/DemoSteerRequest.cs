namespace SaeSharp.Lab.Demo.Steering;

/// <summary>Turn refusals of the demo model into help and help into refusals: a feature or a small bundle, its layer, size and positions are chosen on some requests, and measured on others beside controls of the same length.</summary>
public sealed record DemoSteerRequest
{
    /// <summary>SAEs to take features from, each of one hook: folders or names in the workspace. Left out: all in the workspace that were trained on the model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>The demo model, or another one with its tokenizer.</summary>
    public string Model { get; init; } = "demo";
    /// <summary>Harmful and harmless requests measured on, so many each.</summary>
    public int Requests { get; init; } = 200;
    /// <summary>Harmful and harmless requests chosen on, so many each.</summary>
    public int Choose { get; init; } = 48;
    /// <summary>Draws of random directions, and as many of other features, that are pushed as far.</summary>
    public int Controls { get; init; } = 8;
    /// <summary>Tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 32;
    /// <summary>Seed of the requests and of the controls.</summary>
    public int Seed { get; init; } = 3_000;
}

/// <summary>What steering did.</summary>
/// <param name="Ways">Refusals turned into help, and help into refusals.</param>
/// <param name="Seconds">Time.</param>
public sealed record DemoSteerResult(IReadOnlyList<SteeredWay> Ways, double Seconds);

/// <summary>One way of steering, on requests that it was not chosen on.</summary>
/// <param name="Toward">help: harmful requests are to be helped with. refusal: harmless ones are to be refused.</param>
/// <param name="Push">What is pushed.</param>
/// <param name="Base">Share of the requests whose answer is of the wanted kind without steering.</param>
/// <param name="Flipped">The same with steering.</param>
/// <param name="Loss">Mean −log p of the steered answers under the model without edits, the worst token of each left out, nats.</param>
/// <param name="NaturalLoss">The same of answers of that kind that the model gives by itself.</param>
/// <param name="Directions">Flipped, for each random direction of the same length.</param>
/// <param name="OtherFeatures">Flipped, for as many other features of the same SAE and length.</param>
/// <param name="Requests">Requests measured on.</param>
/// <param name="Example">One request with its answers.</param>
public sealed record SteeredWay(
    SteerGoal Toward, SteeredPush Push, double Base, double Flipped, double Loss, double NaturalLoss, IReadOnlyList<double> Directions, IReadOnlyList<double> OtherFeatures, int Requests, SteeredExample Example);

/// <summary>What steering wants.</summary>
public enum SteerGoal
{
    /// <summary>Help with what is refused.</summary>
    Help,
    /// <summary>Refuse what is helped with.</summary>
    Refusal,
}

/// <summary>A push: features of one SAE at multiples of their natural differences.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Features">Features with the coefficient of each, in units of latents.</param>
/// <param name="Times">Multiple of the mean difference between harmful and harmless requests.</param>
/// <param name="Positions">Where: last or prompt.</param>
/// <param name="Length">Length of the sum that is added.</param>
/// <param name="OfNorm">The same as a share of the mean ‖h‖ at the last prompt token.</param>
public sealed record SteeredPush(string Sae, IReadOnlyList<PushedFeature> Features, double Times, string Positions, double Length, double OfNorm);

/// <summary>A feature that is pushed.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Coefficient">What is added along its unit decoder row, in units of latents.</param>
/// <param name="Harmful">Its mean at the last token of harmful requests.</param>
/// <param name="Harmless">Its mean there on harmless ones.</param>
public sealed record PushedFeature(int Feature, double Coefficient, double Harmful, double Harmless);

/// <summary>A request and its answers.</summary>
/// <param name="Prompt">The request, up to the answer.</param>
/// <param name="Before">The answer without steering.</param>
/// <param name="After">The answer with it.</param>
public sealed record SteeredExample(string Prompt, string Before, string After);
