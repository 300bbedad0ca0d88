namespace SaeSharp.Lab.Demo.World.Words;

/// <summary>Words of one kind, each in its forms: a noun's singular and plural; a verb's base, third person, past and present participle.</summary>
internal sealed class WordList
{
    private readonly bool[] _keptOut; // never asked about in texts to learn from
    private readonly int[][] _every;
    private readonly double[] _logP; // of each entry; one written twice is twice as likely

    /// <param name="name">Its name.</param>
    /// <param name="entries">Word ids of the forms of each entry.</param>
    /// <param name="keptOut">Whether requests to learn from never ask about the entry.</param>
    public WordList(string name, int[][] entries, bool[] keptOut)
    {
        (Name, _every, _keptOut) = (name, entries, keptOut);
        _logP = [.. entries.Select(entry => Math.Log((double)entries.Count(other => other.SequenceEqual(entry)) / entries.Length))];
        IsDistinct = entries.DistinctBy(entry => entry[0]).Count() == entries.Length;
    }

    public string Name { get; }

    public int Count => _every.Length;

    /// <summary>Whether no entry is there twice.</summary>
    public bool IsDistinct { get; }

    public int[] Forms(int entry) => _every[entry];

    public double LogP(int entry) => _logP[entry];

    public bool IsKeptOut(int entry) => _keptOut[entry];

    /// <summary>The word in the form, or in the last that it has.</summary>
    public int Word(int entry, WordForm form) => _every[entry][Math.Min((int)form, _every[entry].Length - 1)];
}

/// <summary>A form of a noun or verb, as its place in the list.</summary>
internal enum WordForm
{
    /// <summary>Singular; base of a verb.</summary>
    Base = 0,
    /// <summary>Plural; third person.</summary>
    Second = 1,
    /// <summary>Past.</summary>
    Past = 2,
    /// <summary>Present participle.</summary>
    Participle = 3,
}
