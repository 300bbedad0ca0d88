using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>What is true, and what cannot be known, of each of some rows: tokens, sentences or requests.</summary>
internal sealed class ConceptLabels
{
    /// <param name="truth">Concepts that hold, row by row.</param>
    /// <param name="unknown">Concepts for which the row does not count.</param>
    /// <param name="concepts">Number of concepts.</param>
    public ConceptLabels(ConceptSet[] truth, ConceptSet[] unknown, int concepts)
    {
        (Truth, Unknown, Positives, Unknowns) = (truth, unknown, new int[concepts], new int[concepts]);
        for (var row = 0; row < truth.Length; row++)
        {
            truth[row].AddTo(Positives);
            unknown[row].AddTo(Unknowns);
        }
    }

    public ConceptSet[] Truth { get; }

    public ConceptSet[] Unknown { get; }

    /// <summary>Rows with each concept.</summary>
    public int[] Positives { get; }

    /// <summary>Rows that do not count for each concept.</summary>
    public int[] Unknowns { get; }

    public int Rows => Truth.Length;

    public int Concepts => Positives.Length;

    /// <summary>Rows that count and do not have the concept.</summary>
    public int Negatives(int concept) => Rows - Positives[concept] - Unknowns[concept];

    /// <summary>Whether there are rows with it and rows without.</summary>
    public bool IsDecided(int concept) => Positives[concept] > 0 && Negatives(concept) > 0;

    /// <summary>A part of the rows.</summary>
    public ConceptLabels Range(int start, int count) => new(Truth[start..(start + count)], Unknown[start..(start + count)], Concepts);
}
