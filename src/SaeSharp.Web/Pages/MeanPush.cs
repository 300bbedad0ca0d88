using SaeSharp.Lab.Steering;

namespace SaeSharp.Web.Pages;

/// <summary>A push by the difference of means, as a person writes it: prompts to go toward, prompts to go away from, where and how many times.</summary>
public sealed class MeanPush
{
    /// <summary>Prompts to go toward, a line each.</summary>
    public string Toward { get; set; } = "";

    /// <summary>Prompts to go away from, a line each.</summary>
    public string From { get; set; } = "";

    /// <summary>The hook point at which it is added; null for the middle of the residual stream.</summary>
    public string? Hook { get; set; }

    /// <summary>How many times the difference is added.</summary>
    public double Times { get; set; } = 1;

    /// <summary>Whether there is anything to push by.</summary>
    public bool IsAsked => Lines(Toward).Length > 0 || Lines(From).Length > 0;

    /// <summary>The request with this push.</summary>
    /// <param name="request">The rest.</param>
    /// <param name="layers">Layers of the model.</param>
    public SteerRequest AddTo(SteerRequest request, int layers)
    {
        ArgumentNullException.ThrowIfNull(request);
        return !IsAsked ? request : request with { Toward = Lines(Toward), From = Lines(From), Hooks = [Hook ?? HookOf(layers / 2)], Times = Times };
    }

    /// <summary>The residual stream behind a layer.</summary>
    public static string HookOf(int layer) => FormattableString.Invariant($"blocks.{layer}.hook_resid_post");

    private static string[] Lines(string text) => [.. text.ReplaceLineEndings("\n").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line))];
}
