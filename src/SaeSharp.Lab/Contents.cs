using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab;

/// <summary>What a workspace folder holds.</summary>
/// <param name="Home">The folder.</param>
/// <param name="Models">Names of the models in <c>models/</c>, and models given by path in this session.</param>
/// <param name="Saes">The SAEs in <c>saes/</c>, and SAEs given by folder in this session.</param>
/// <param name="Indexes">The feature indexes in <c>indexes/</c>.</param>
public sealed record Contents(string Home, IReadOnlyList<string> Models, IReadOnlyList<SaeInfo> Saes, IReadOnlyList<IndexInfo> Indexes);
