using SaeSharp.Lab;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Web.Wording;

/// <summary>What models and SAEs are called on a page.</summary>
internal static class Names
{
    /// <summary>Every model that a prompt can be run on: those of the workspace, and the folders its SAEs and indexes were made with.</summary>
    public static IReadOnlyList<string> Models(Contents contents) =>
        [.. contents.Models.Concat(contents.Saes.Select(sae => sae.Model)).Concat(contents.Indexes.Select(index => index.Model))
            .OfType<string>().DistinctBy(Short)];

    /// <summary>What the model an index was made with is called in <see cref="Models"/>.</summary>
    public static string ModelOf(Contents contents, IndexInfo index) => Models(contents).First(name => Short(name) == Short(index.Model));

    /// <summary>The last part of a name or a path.</summary>
    public static string Short(string name) => Path.GetFileName(name.TrimEnd('/', '\\')) is { Length: > 0 } last ? last : name;
}
