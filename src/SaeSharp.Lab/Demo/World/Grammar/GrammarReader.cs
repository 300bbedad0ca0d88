using System.Globalization;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Grammar.Nodes;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Grammar;

/// <summary>Reads rules: a name at the beginning of a line, below it its alternatives, indented. <c>*3</c> before one makes it three times as likely, <c>~</c> keeps it out of texts to learn from.</summary>
/// <remarks>The parts of an alternative are told in the documentation of their classes, in <see cref="Nodes"/>.</remarks>
internal sealed class GrammarReader(Lexicon lexicon, ConceptTable concepts, VariableTable variables)
{
    private const int Vocabulary = 2048;
    private readonly Dictionary<string, List<Alternative>> _rules = [];
    private readonly List<Reference> _references = [];
    private readonly Dictionary<string, int> _kept = [], _spans = [];

    /// <summary>Names of remembered words.</summary>
    public IReadOnlyDictionary<string, int> Kept => _kept;

    public void Read(string file, IEnumerable<string> lines)
    {
        List<Alternative>? rule = null;
        foreach (var line in lines)
        {
            var words = new Queue<string>(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (!char.IsWhiteSpace(line[0]))
            {
                _rules.Add(words.Dequeue(), rule = []);
                continue;
            }
            var (weight, isKeptOut) = (1, false);
            if (words.Peek() is ['*', .. var number] && number.Length > 0) (weight, _) = (int.Parse(number, CultureInfo.InvariantCulture), words.Dequeue());
            if (words.Peek() == "~") (isKeptOut, _) = (true, words.Dequeue());
            var part = Parts(words);
            if (words.Count > 0) throw new InvalidDataException($"{file}: '{words.Peek()}' closes nothing in: {line.Trim()}");
            rule!.Add(new(part, weight, isKeptOut));
        }
    }

    /// <summary>The rule, once all files are read.</summary>
    public Node Rule(string name)
    {
        var nodes = _rules.ToDictionary(rule => rule.Key, rule => (Node)new Alternatives([.. rule.Value.Select(part => part.Part)], [.. rule.Value.Select(part => part.Weight)], [.. rule.Value.Select(part => part.IsKeptOut)]));
        foreach (var reference in _references)
            reference.Target = nodes.GetValueOrDefault(reference.Name) ?? (lexicon.Lists.TryGetValue(reference.Name, out var list) ? new DrawWord(list) : throw new InvalidDataException($"There is neither a rule nor a list '{reference.Name}'."));
        return nodes[name];
    }

    private Sequence Parts(Queue<string> words)
    {
        var parts = new List<Node>();
        while (words.Count > 0 && words.Peek() is not ("}" or "]" or ")" or "|")) parts.Add(Part(words.Dequeue(), words));
        return new(parts);
    }

    private Node Part(string word, Queue<string> words) => word switch
    {
        "(" => Choice(words),
        ['{', ':', .. var span] => new Span(Number(_spans, span), Closed(words, "}")),
        ['{', .. var concept] => new Scope(concepts[concept].Number, Closed(words, "}")),
        ['[', .. var percent] when percent.Length > 0 => new Optional(int.Parse(percent, CultureInfo.InvariantCulture), Closed(words, "]")),
        ['<', .. var named, '>'] => Named(named),
        ['$', .. var kept] when kept.Length > 0 => new Recall(Number(_kept, kept)),
        [':', .. var span] when span.Length > 0 => new Again(Number(_spans, span.Split('.')[0]), span.EndsWith(".rest", StringComparison.Ordinal)),
        ['?', .. var variable] when variable.Length > 0 => new Decide(variables[variable], Decide.Later),
        ['!', .. var variable] when variable.Length > 0 => Decision(variable.Split('=')),
        ['%', .. var mark] => new MarkPlace(Enum.Parse<PlaceMark>(mark, ignoreCase: true)),
        "@i" => new SetSubject(Subject.First),
        "@it" => new SetSubject(Subject.Third),
        "@they" => new SetSubject(Subject.Plural),
        _ => new LiteralWord(lexicon.Id(word)),
    };

    private Decide Decision(string[] words) => new(variables[words[0]], words.Length == 1 ? Decide.Forget : variables[words[0]].ValueOf(words[1]));

    private Sequence Closed(Queue<string> words, string close)
    {
        var part = Parts(words);
        return words.TryDequeue(out var found) && found == close ? part : throw new InvalidDataException($"'{close}' is missing.");
    }

    private Alternatives Choice(Queue<string> words)
    {
        var parts = new List<Node>();
        var found = "|";
        while (found == "|")
        {
            parts.Add(Parts(words));
            if (!words.TryDequeue(out found) || found is not ("|" or ")")) throw new InvalidDataException("')' is missing.");
        }
        return new(parts, [.. parts.Select(_ => 1)], [.. parts.Select(_ => false)]);
    }

    private Node Named(string text)
    {
        if (text.Split('=') is [var kept, var inner]) return new Remember(Number(_kept, kept), Named(inner));
        if (text.Split('#') is [var noun, var form]) return InForm(Named(noun), form);
        if (text.Split('!') is [var asked, var beside]) return new DrawAsked(lexicon.Lists[asked], Number(_kept, beside), Vocabulary);
        if (text.Split('@') is [var family, var variable])
            return new Family(variables[variable], [.. variables[variable].Values.Select(value => Named($"{family}-{value}"))]);
        if (text[0] == '-') return new DrawUnused(lexicon.Lists[text[1..]]);
        return text switch
        {
            "be" => new Agreement(null, Table("was were was", "is are am"), (lexicon.Id("will"), lexicon.Id("be")), variables["tense"]),
            "aux" => new Agreement(null, Table("did did did", "does do do"), (lexicon.Id("will"), -1), variables["tense"]),
            "count-up" => new NumberLine(Digits(), lexicon.Id(","), concepts["counting-up"].Number, 1),
            "count-down" => new NumberLine(Digits(), lexicon.Id(","), concepts["counting-down"].Number, -1),
            "sum" => new SumLine(Digits(), lexicon.Id("plus"), lexicon.Id("minus"), lexicon.Id("is")),
            _ => Refer(text),
        };
    }

    private Node InForm(Node part, string form) => form switch
    {
        "v" => new Agreement(part, null, (lexicon.Id("will"), -1), variables["tense"]),
        "subject" => new NounNumber(part, true, concepts["singular-subject"].Number, concepts["plural-subject"].Number),
        "any" => new NounNumber(part, false, -1, -1),
        "0" => new InForm(part, WordForm.Base),
        "p" => new InForm(part, WordForm.Second),
        "past" => new InForm(part, WordForm.Past),
        "ing" => new InForm(part, WordForm.Participle),
        _ => throw new InvalidDataException($"There is no form '{form}'."),
    };

    private Reference Refer(string name)
    {
        _references.Add(new(name));
        return _references[^1];
    }

    private int[,] Table(string past, string present)
    {
        int[][] rows = [.. new[] { past, present }.Select(line => line.Split(' ').Select(word => lexicon.Id(word)).ToArray())];
        return new[,] { { rows[0][0], rows[0][1], rows[0][2] }, { rows[1][0], rows[1][1], rows[1][2] } };
    }

    private int[] Digits() => [.. Enumerable.Range(0, 100).Select(number => lexicon.Id(number.ToString(CultureInfo.InvariantCulture)))];

    private static int Number(Dictionary<string, int> names, string name)
    {
        if (!names.TryGetValue(name, out var number)) names.Add(name, number = names.Count);
        return number;
    }

    private sealed record Alternative(Node Part, int Weight, bool IsKeptOut);
}
