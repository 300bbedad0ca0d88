using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab;

/// <summary>What a workspace folder holds.</summary>
/// <param name="Home">The folder.</param>
/// <param name="Models">Names of the models in <c>models/</c>, and models given by path in this session.</param>
/// <param name="Saes">The SAEs in <c>saes/</c>, and SAEs given by folder in this session.</param>
/// <param name="Indexes">The feature indexes in <c>indexes/</c>.</param>
/// <param name="Texts">Texts that jobs may read: the files in <c>texts/</c>, and those that the indexes were made from, where they are still there.</param>
/// <param name="Broken">SAEs in <c>saes/</c> that cannot be read, and why: they do not keep the others from being used.</param>
public sealed record Contents(string Home, IReadOnlyList<string> Models, IReadOnlyList<SaeInfo> Saes, IReadOnlyList<IndexInfo> Indexes, IReadOnlyList<string> Texts, IReadOnlyList<BrokenSae> Broken);

/// <summary>An SAE of the workspace that cannot be read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What is the case.</param>
public sealed record BrokenSae(string Name, string Reason);
