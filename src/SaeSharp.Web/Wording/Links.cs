using System.Globalization;
using SaeSharp.Lab;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Web.Wording;

/// <summary>Addresses of pages. A name may hold slashes, a part of an address may not: there a slash is a tilde.</summary>
internal static class Links
{
    /// <summary>Every feature of an SAE: <c>/{model}/{source}</c>.</summary>
    public static string Source(SaeInfo sae) => $"/{Uri.EscapeDataString(ModelPart(sae))}/{Uri.EscapeDataString(SourcePart(sae))}";

    /// <summary>A feature: <c>/{model}/{source}/{index}</c>.</summary>
    public static string Feature(SaeInfo sae, int feature) => $"{Source(sae)}/{feature}";

    /// <summary>The prompt page with a prompt.</summary>
    public static string Prompt(string model, string prompt) => $"/prompt?model={Uri.EscapeDataString(model)}&text={Uri.EscapeDataString(prompt)}";

    /// <summary>A list of features.</summary>
    public static string List(string name) => $"/lists?name={Uri.EscapeDataString(name)}";

    /// <summary>The search page: how it is searched (label, text, says, like) and with what.</summary>
    public static string Search(string by, string query) => $"/search?by={by}&q={Uri.EscapeDataString(query)}";

    /// <summary>The steering page with features <c>SAE:N</c> or <c>SAE:N=C</c> and, where there is one, a prompt.</summary>
    public static string Steer(string? model, string? prompt, IEnumerable<string> features) =>
        "/steer?" + string.Join('&', new[] { Pair("model", model), Pair("text", prompt) }.OfType<string>().Concat(features.Select(f => Pair("f", f)!)));

    /// <summary>The same, saying where (as <c>last</c>) and whether the prompt stands in the model's chat template.</summary>
    public static string Steer(string? model, string? prompt, IEnumerable<string> features, string positions, bool chat) =>
        Steer(model, prompt, features) + (positions.Length > 0 ? "&" + Pair("at", positions) : "") + (chat ? "&chat=true" : "");

    /// <summary>The steering page with everything that the result depends on, so that opening it gives the same result.</summary>
    public static string Steer(SteerRequest request)
    {
        var plain = new SteerRequest { Model = request.Model };
        string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        string?[] more =
        [
            request.Op == plain.Op ? null : Pair("op", request.Op.ToString().ToLowerInvariant()), Pair("when", request.When), request.Words.Count == 0 ? null : Pair("words", string.Join(", ", request.Words)),
            Pair("n", Number(request.MaxTokens)), request.Temperature == 0 ? null : Pair("t", Number(request.Temperature)), request.Seed == 0 ? null : Pair("seed", Number(request.Seed)),
            request.Controls == 0 ? null : Pair("controls", Number(request.Controls)), Pair("instead", request.Instead), request.Twins ? "twins=true" : null, request.WithoutError ? "error=false" : null,
            .. request.Turns.Select(turn => Pair("turn", turn)),
            .. request.Toward.Select(prompt => Pair("toward", prompt)), .. request.From.Select(prompt => Pair("from", prompt)), .. request.Hooks.Take(1).Select(hook => Pair("hook", hook)), request.Times == 1 ? null : Pair("times", Number(request.Times)), "run=true",
        ];
        return string.Join('&', more.OfType<string>().Prepend(Steer(request.Model, request.Prompt, request.Features, request.Positions?.ToString() ?? "", request.Chat)));
    }

    /// <summary>The contrast page with its prompts, a line each.</summary>
    public static string Contrast(string model, string a, string b, string pooling) =>
        $"/contrast?model={Uri.EscapeDataString(model)}&pooling={pooling}&a={Uri.EscapeDataString(a)}&b={Uri.EscapeDataString(b)}";

    /// <summary>The SAE that an address names, or null. Addresses only choose among what the workspace lists; they never become paths.</summary>
    public static SaeInfo? Find(Contents contents, string model, string source) =>
        contents.Saes.FirstOrDefault(sae => ModelPart(sae) == model && SourcePart(sae) == source);

    /// <summary>What an SAE is called beside others: its layer where its hook has one, else its hook.</summary>
    public static string Place(int? layer, string? hook) => layer is { } number ? $"layer {number}" : hook ?? "unknown place";

    /// <summary>As <see cref="Place"/>, short enough for the edge of a plot.</summary>
    public static string Short(int? layer, string? hook) => layer is { } number ? $"L{number}" : hook ?? "?";

    private static string ModelPart(SaeInfo sae) => Names.Short(sae.Model ?? "model");

    // SAEs of one model often lie in a folder of its name, which the address has already said.
    private static string SourcePart(SaeInfo sae)
    {
        var name = sae.Name.Trim('/');
        var folder = ModelPart(sae) + "/";
        return (name.StartsWith(folder, StringComparison.Ordinal) ? name[folder.Length..] : name).Replace('/', '~');
    }

    private static string? Pair(string key, string? value) => value is null ? null : $"{key}={Uri.EscapeDataString(value)}";
}
