using System.Text.RegularExpressions;

namespace SaeSharp.Models.Hub;

/// <summary>Which files of a repository make a language model.</summary>
public static partial class ModelFiles
{
    /// <summary>The file that makes a folder a model; it comes last.</summary>
    public const string Mark = "config.json";

    private static readonly string[] Settings =
    [
        Mark, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Kinds of weights, the best first: of several in one repository only the first is fetched.</summary>
    private static readonly Regex[] Weights = [Single(), Shards(), PickledSingle(), PickledShards()];

    /// <summary>The files, or null where the repository holds no model that can be read.</summary>
    public static IReadOnlyList<HubFile>? Of(HubListing listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        HubFile[] top = [.. listing.Files.Where(file => file.Path.Folder.Length == 0)];
        if (!top.Any(file => file.Path.Text == Mark)) return null;
        var weights = Weights.Select(kind => top.Where(file => kind.IsMatch(file.Path.Text)).ToList()).FirstOrDefault(found => found.Count > 0);
        return weights is null ? null : [.. top.Where(file => Settings.Contains(file.Path.Text) || file.Path.Text.EndsWith(".tiktoken", StringComparison.Ordinal)), .. weights];
    }

    [GeneratedRegex(@"\Amodel\.safetensors\z")]
    private static partial Regex Single();

    [GeneratedRegex(@"\Amodel(-[0-9]+-of-[0-9]+\.safetensors|\.safetensors\.index\.json)\z")]
    private static partial Regex Shards();

    [GeneratedRegex(@"\Apytorch_model\.bin\z")]
    private static partial Regex PickledSingle();

    [GeneratedRegex(@"\Apytorch_model(-[0-9]+-of-[0-9]+\.bin|\.bin\.index\.json)\z")]
    private static partial Regex PickledShards();
}
