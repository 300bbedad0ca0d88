namespace SaeSharp.Lab.Indexing;

/// <summary>Texts that an index was made over.</summary>
/// <param name="Corpus">The corpus: its path, relative to the workspace where it lies inside.</param>
/// <param name="Sha256">SHA-256 of the corpus file.</param>
/// <param name="Tokens">Tokens counted.</param>
/// <param name="Documents">Documents read.</param>
public sealed record IndexPart(string Corpus, string Sha256, long Tokens, long Documents);
