namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>The variables of <c>variables.txt</c>. A line is <c>tone = happy:3 sad:2</c>; <c>sky &lt; topic=weather = ..</c> is undecided once the topic is the weather; <c>tone | topic=sea = ..</c> gives other shares.</summary>
internal sealed class VariableTable
{
    private readonly Dictionary<string, StateVariable> _byName = [];

    private VariableTable()
    {
    }

    public int Count => _byName.Count;

    public StateVariable this[string name] => _byName.TryGetValue(name, out var variable) ? variable : throw new InvalidDataException($"variables.txt has no '{name}'.");

    public static VariableTable Read(IEnumerable<string> lines, ConceptTable concepts)
    {
        var table = new VariableTable();
        foreach (var line in lines) table.Add(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), concepts);
        return table;
    }

    private void Add(string[] words, ConceptTable concepts)
    {
        var equals = Array.LastIndexOf(words, "=");
        (string Name, int Weight)[] values = [.. words[(equals + 1)..].Select(word => word.Split(':')).Select(pair => (pair[0], int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture)))];
        var choice = new WeightedChoice([.. values.Select(value => value.Weight)]);
        if (words[1] == "|")
        {
            var (variable, other, value) = (this[words[0]], this[words[2].Split('=')[0]], words[2].Split('=')[1]);
            if (!variable.Values.SequenceEqual(values.Select(pair => pair.Name))) throw new InvalidDataException($"'{words[0]}' under {words[2]} has other values.");
            variable.Given(other, other.ValueOf(value), choice);
            return;
        }
        int[] named = [.. values.Select(value => new[] { $"{words[0]}-{value.Name}", value.Name }.Where(concepts.Has).Select(name => concepts[name].Number).FirstOrDefault(-1))];
        var undecided = default(ConceptSet);
        foreach (var concept in named.Where(concept => concept >= 0)) undecided |= concepts.WithChildren(concept);
        var added = new StateVariable(_byName.Count, words[0], [.. values.Select(value => value.Name)], named, choice, undecided);
        _byName.Add(words[0], added);
        if (words[1] != "<") return;
        var (opener, opening) = (this[words[2].Split('=')[0]], words[2].Split('=')[1]);
        opener.Opens.Add(opener.ValueOf(opening), added);
    }
}
