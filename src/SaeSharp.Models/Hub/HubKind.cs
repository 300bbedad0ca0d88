namespace SaeSharp.Models.Hub;

/// <summary>The two kinds of repositories that are fetched.</summary>
public enum HubKind
{
    /// <summary>Models and SAEs.</summary>
    Model,
    /// <summary>Texts.</summary>
    Dataset,
}
