using System.Globalization;
using System.Text;
using System.Text.Json;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Publishing;

/// <summary>The README of a pushed SAE: what it is, what was measured, how to load it.</summary>
internal static class ModelCard
{
    public static string Write(SaeInfo sae, string repository, string folder, string? model)
    {
        var card = new StringBuilder();
        card.Append("---\nlibrary_name: saelens\ntags:\n- sparse-autoencoder\n- saelens\n- saesharp\n");
        if (model?.Contains('/', StringComparison.Ordinal) ?? false) card.Append(CultureInfo.InvariantCulture, $"base_model: {JsonSerializer.Serialize(model)}\n");
        card.Append(CultureInfo.InvariantCulture, $"---\n\n# {Plain(repository)}\n\nA sparse autoencoder for {(model is null ? "a model its config does not name" : $"`{Plain(model)}`")}, published with SaeSharp.\n\n");
        card.Append("| | |\n|---|---|\n");
        Row(card, "Hook point", $"`{Plain(sae.Hook ?? "not said")}`");
        Row(card, "Architecture", $"{sae.Architecture}{(sae.K is { } k ? $", k = {Text(k)}" : "")}");
        Row(card, "Activations", $"width {Text(sae.DIn)}{Processed(sae)}");
        Row(card, "Features", Text(sae.DSae));
        if (sae.ContextSize is { } context) Row(card, "Trained on contexts of", $"{Text(context)} tokens{(sae.PrependBos is true ? ", BOS first" : "")}");
        Row(card, "Folder", $"`{Plain(folder)}`");
        if (sae.Quality is { } quality) Figures(card, quality);
        else card.Append("\nIts quality was not measured before it was published.\n");
        card.Append(CultureInfo.InvariantCulture, $"\n## Use\n\nWith SaeSharp:\n\n```\nsae pull {repository}/{folder}\nsae read {(model is null ? "MODEL" : Plain(model))} \"a prompt\" --sae {repository}/{folder}\n```\n\nWith SAELens:\n\n```python\nfrom sae_lens import SAE\n\nsae = SAE.from_pretrained(\"{repository}\", \"{folder}\")\n```\n");
        return card.ToString();
    }

    private static void Figures(StringBuilder card, EvalResult quality)
    {
        card.Append(CultureInfo.InvariantCulture, $"\n## Measured\n\nOn {quality.Tokens:N0} tokens{(quality.Corpus is { } corpus ? $" of {Plain(corpus)}" : "")}, by `sae eval`.\n\n| figure | value |\n|---|---|\n");
        (string Name, double? Value)[] figures =
        [
            ("L0 (latents on a token)", quality.L0), ("Explained variance", quality.ExplainedVariance), ("Fraction of variance unexplained", quality.Fvu), ("Cosine", quality.Cosine),
            ("Loss of the model, nats", quality.CeOriginal), ("Loss with the reconstruction in place", quality.CeSpliced), ("Loss recovered (against zeros)", quality.CeRecovered),
            ("KL divergence", quality.Kl), ("Dead latents", quality.DeadFraction),
        ];
        foreach (var (name, value) in figures)
            if (value is { } number) Row(card, name, number.ToString("G4", CultureInfo.InvariantCulture));
    }

    private static string Processed(SaeInfo sae) => $"{(sae.NormalizeActivations is null or "none" ? "" : $", normalised: {sae.NormalizeActivations}")}{(sae.Processing.CenterWritingWeights ? ", writing weights centred" : "")}{(sae.Processing.FoldLayerNorm ? ", norms folded" : "")}";

    private static void Row(StringBuilder card, string name, string value) => card.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Names of others as Markdown shows them: on one line, without its signs.</summary>
    private static string Plain(string text) => string.Concat(text.Where(letter => !char.IsControl(letter) && letter is not ('`' or '|' or '<' or '>' or '[' or ']' or '"')));
}
