namespace SaeSharp.Lab.Harvesting;

/// <summary>A piece of a corpus that goes through the model as one sequence.</summary>
/// <param name="Document">Number of the document it begins in, from 0.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Kept">Which positions count, ascending.</param>
internal sealed record Window(long Document, int[] Ids, int[] Kept);
