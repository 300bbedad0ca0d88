namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>Something that a text decides once and keeps to, such as its tone. It is drawn when a word first shows it, not before, so that no token has a secret.</summary>
internal sealed class StateVariable
{
    private readonly List<(int Variable, int Value, WeightedChoice Choice)> _given = [];

    /// <param name="number">Its place among the variables.</param>
    /// <param name="name">Its name.</param>
    /// <param name="values">Names of its values.</param>
    /// <param name="concepts">The concept of each value; −1 for none.</param>
    /// <param name="choice">How often each is drawn.</param>
    /// <param name="undecided">What cannot be known before it is drawn.</param>
    public StateVariable(int number, string name, IReadOnlyList<string> values, int[] concepts, WeightedChoice choice, ConceptSet undecided) =>
        (Number, Name, Values, Concepts, Choice, Undecided) = (number, name, values, concepts, choice, undecided);

    public int Number { get; }

    public string Name { get; }

    public IReadOnlyList<string> Values { get; }

    public int[] Concepts { get; }

    public WeightedChoice Choice { get; }

    public ConceptSet Undecided { get; }

    /// <summary>Variables that are undecided from then on, by the value that was drawn.</summary>
    public Dictionary<int, StateVariable> Opens { get; } = [];

    public int ValueOf(string value) => Values.Index().Where(entry => entry.Item == value).Select(entry => entry.Index).DefaultIfEmpty(-1).First() is >= 0 and var index
        ? index
        : throw new InvalidDataException($"'{Name}' has no value '{value}'.");

    /// <summary>Other shares where another variable already has a certain value.</summary>
    public void Given(StateVariable other, int value, WeightedChoice choice) => _given.Add((other.Number, value, choice));

    /// <summary>The shares under what is drawn already.</summary>
    public WeightedChoice ChoiceUnder(ReadOnlySpan<int> drawn)
    {
        foreach (var (variable, value, choice) in _given)
            if (drawn[variable] == value) return choice;
        return Choice;
    }
}
