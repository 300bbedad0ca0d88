using System.Runtime.InteropServices;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Text;

/// <summary>Writes one document: words, and beside each what is true there, what cannot be known yet and the probability of the choices behind it.</summary>
internal sealed class Pen(Lexicon lexicon, ConceptTable concepts, int variables, Chance chance)
{
    public const int Undrawn = -1;
    private readonly List<int> _ids = [];
    private readonly List<ConceptSet> _truth = [], _unknown = [];
    private readonly List<double> _logP = [];
    private readonly int[] _depth = new int[ConceptSet.Capacity]; // how often each state is open
    private readonly int[] _drawn = new int[variables];
    private readonly StateVariable?[] _open = new StateVariable?[variables];
    private readonly HashSet<int> _used = [];
    private ConceptSet _active, _undecided;
    private double _pending; // of choices that no word shows yet

    /// <summary>Whether documents may hold what texts to learn from never have.</summary>
    public bool AllowsHeldOut { get; set; }

    public HeldOut HeldOut { get; set; }

    /// <summary>Remembered words, by the number of their name.</summary>
    public int[] Kept { get; } = new int[64];

    /// <summary>Remembered spans: start and end.</summary>
    public (int Start, int End)[] Spans { get; } = new (int, int)[8];

    /// <summary>Marked positions; −1 where there is none.</summary>
    public int[] Marks { get; } = new int[(int)PlaceMark.Count];

    /// <summary>Number and person of the subject, which the verb agrees with.</summary>
    public Subject Subject { get; set; }

    /// <summary>The state that the subject's number holds open until its verb; −1 for none.</summary>
    public int SubjectConcept { get; set; }

    /// <summary>The form that words are drawn in.</summary>
    public WordForm Form { get; set; }

    public int Position => _ids.Count;

    public void Start()
    {
        _ids.Clear();
        _truth.Clear();
        _unknown.Clear();
        _logP.Clear();
        _used.Clear();
        Array.Clear(_depth);
        Array.Clear(_open);
        Array.Fill(_drawn, Undrawn);
        Array.Fill(Marks, -1);
        (_active, _undecided, _pending, HeldOut, Subject, SubjectConcept, Form) = (default, default, 0, HeldOut.None, Subject.Third, -1, WordForm.Base);
        Emit(Lexicon.Bos);
    }

    public void Emit(int word)
    {
        _ids.Add(word);
        var truth = lexicon.ConceptsOf(word) | _active;
        _truth.Add(truth);
        _unknown.Add(_undecided & ~truth);
        _logP.Add(_pending);
        _pending = 0;
    }

    /// <summary>Writes what was written before once more.</summary>
    public void Repeat(int start, int end)
    {
        for (var at = start; at < end; at++) Emit(_ids[at]);
    }

    public int Draw(WeightedChoice choice)
    {
        var drawn = choice.At(chance.Below(choice.Total));
        _pending += choice.LogP[drawn];
        return drawn;
    }

    /// <summary>One of a list's entries.</summary>
    public int Draw(WordList list)
    {
        var entry = chance.Below(list.Count);
        _pending += list.LogP(entry);
        return entry;
    }

    /// <summary>One of several, all as likely.</summary>
    public int Draw(int[] among)
    {
        var chosen = among[chance.Below(among.Length)];
        _pending -= Math.Log(among.Length);
        return chosen;
    }

    /// <summary>One of a list's entries that this has not yet given in this document.</summary>
    public int DrawUnused(WordList list)
    {
        var left = Enumerable.Range(0, list.Count).Where(entry => !_used.Contains(list.Forms(entry)[0])).ToArray();
        if (left.Length == 0) throw new InvalidOperationException($"The list '{list.Name}' is used up.");
        var drawn = Draw(left);
        _used.Add(list.Forms(drawn)[0]);
        return drawn;
    }

    /// <summary>Whether something of this probability (in percent) happens.</summary>
    public bool Happens(int percent)
    {
        var does = chance.Below(100) < percent;
        _pending += Math.Log((does ? percent : 100 - percent) / 100.0);
        return does;
    }

    public void Open(int concept)
    {
        if (_depth[concept]++ == 0) _active |= concepts.WithParents(concept);
    }

    public void Close(int concept)
    {
        if (--_depth[concept] > 0) return;
        _active = default;
        for (var other = 0; other < concepts.All.Count; other++)
            if (_depth[other] > 0) _active |= concepts.WithParents(other);
    }

    public int Value(StateVariable variable) => _drawn[variable.Number];

    /// <summary>What the variable is, drawn now where it was not before.</summary>
    public int Resolve(StateVariable variable)
    {
        if (_drawn[variable.Number] == Undrawn) Set(variable, Draw(variable.ChoiceUnder(_drawn)));
        return _drawn[variable.Number];
    }

    /// <summary>Decides a variable.</summary>
    public void Set(StateVariable variable, int value)
    {
        Forget(variable);
        _drawn[variable.Number] = value;
        if (variable.Concepts[value] is >= 0 and var concept) Open(concept);
        if (variable.Opens.TryGetValue(value, out var opened)) Undecide(opened);
    }

    /// <summary>Says that the variable will be decided later.</summary>
    public void Undecide(StateVariable variable)
    {
        _open[variable.Number] = variable;
        FindUndecided();
    }

    /// <summary>Ends what the variable decided.</summary>
    public void Forget(StateVariable variable)
    {
        if (_drawn[variable.Number] is not Undrawn and var value)
        {
            if (variable.Concepts[value] is >= 0 and var concept) Close(concept);
            if (variable.Opens.TryGetValue(value, out var opened)) Forget(opened);
        }
        _drawn[variable.Number] = Undrawn;
        if (_open[variable.Number] is null) return;
        _open[variable.Number] = null;
        FindUndecided();
    }

    public void Finish() => Emit(Lexicon.Eos);

    public WorldDocument Document(string kind, RequestPlaces? request) => new()
    {
        Ids = [.. _ids], Truth = [.. _truth], Unknown = [.. _unknown], LogP = [.. _logP], Kind = kind, HeldOut = HeldOut, Request = request,
    };

    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    private void FindUndecided()
    {
        _undecided = default;
        foreach (var variable in _open)
            if (variable is not null) _undecided |= variable.Undecided;
    }
}

/// <summary>Number and person of a subject.</summary>
internal enum Subject
{
    /// <summary>One: it walks.</summary>
    Third,
    /// <summary>Several: they walk.</summary>
    Plural,
    /// <summary>The narrator: i walk.</summary>
    First,
}

/// <summary>Positions that are marked while a request is written.</summary>
internal enum PlaceMark
{
    /// <summary>First token of what is asked for.</summary>
    Ask,
    /// <summary>Its verb.</summary>
    Verb,
    /// <summary>Where harmful and harmless part.</summary>
    Decisive,
    /// <summary>Its last token.</summary>
    End,
    /// <summary>Where something that depends on the verdict begins, before the answer.</summary>
    Tail,
    /// <summary>The word 'assistant'.</summary>
    Assistant,
    /// <summary>How many.</summary>
    Count,
}
