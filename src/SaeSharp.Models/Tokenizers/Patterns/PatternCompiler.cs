using System.Numerics;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Turns the tree of a pattern into steps.</summary>
/// <remarks>A repeat of a set never gives back what it took where that could not help: at the end, or before something that the set does not hold.</remarks>
internal sealed class PatternCompiler
{
    private const int MostSteps = 20_000;
    private const int MostWork = 200_000;
    private const int MostRegisters = 30;
    private const int DeepestLoops = 4;

    private readonly List<PatternStep> steps = [];
    private readonly List<CodePointSet> sets = [];
    private readonly List<string> texts = [];
    private int registers;
    private int enclosing;   // registers of the loops around, one bit each
    private int states;
    private int work;

    /// <summary>What comes after a part: <paramref name="Ends"/>, the match does; <paramref name="First"/>, one of these code points does; neither, who knows.</summary>
    private readonly record struct Follow(bool Ends, CodePointSet? First);

    public static PatternProgram Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        var (first, empty) = FirstOf(node);
        var start = empty ? -1 : compiler.SetOf(first);
        compiler.Emit(node, new(Ends: true, null));
        compiler.Add(new(StepKind.Accept));
        return new([.. compiler.steps], new(compiler.sets), [.. compiler.texts], start, compiler.states, compiler.registers);
    }

    private void Emit(PatternNode node, Follow follow)
    {
        if (++work > MostWork) throw TooLarge();
        switch (node)
        {
            case PatternNode.One one: Add(OneOf(one.Set)); break;
            case PatternNode.Sequence sequence: EmitSequence(sequence.Parts, follow); break;
            case PatternNode.Choice choice: EmitChoice(choice.Ways, follow); break;
            case PatternNode.Repeat repeat: EmitRepeat(repeat, follow); break;
            case PatternNode.Atomic { Body: PatternNode.Repeat { Body: PatternNode.One one, Lazy: false } run }: Add(new(StepKind.RunAtomic, SetOf(one.Set), run.Min, run.Max)); break;
            case PatternNode.Atomic atomic: EmitInner(new(StepKind.Atomic), atomic.Body, ends: true); break;
            case PatternNode.Look { Behind: false, Body: PatternNode.One one } look: Add(new(StepKind.Next, SetOf(one.Set), look.Negated ? 1 : 0)); break;
            case PatternNode.Look { Behind: false } look: EmitInner(new(StepKind.Ahead, B: look.Negated ? 1 : 0), look.Body, ends: true); break;
            case PatternNode.Look look:
                var (least, most) = LengthOf(look.Body);
                EmitInner(new(StepKind.Behind, 0, look.Negated ? 1 : 0, least, most), look.Body, ends: false);
                break;
            case PatternNode.At at: Add(new(StepKind.At, (int)at.Place)); break;
        }
    }

    private void EmitSequence(IReadOnlyList<PatternNode> parts, Follow follow)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            var end = i;
            while (end < parts.Count && parts[end] is PatternNode.One { Set.Single: not null }) end++;
            if (end - i > 1)
            {
                texts.Add(string.Concat(parts.Skip(i).Take(end - i).Select(part => char.ConvertFromUtf32(((PatternNode.One)part).Set.Single!.Value))));
                Add(new(StepKind.Text, texts.Count - 1));
                i = end - 1;
                continue;
            }
            Emit(parts[i], parts[i] is PatternNode.One ? default : FollowOf(parts, i + 1, follow));
        }
    }

    private static Follow FollowOf(IReadOnlyList<PatternNode> parts, int next, Follow after)
    {
        if (next == parts.Count) return after;
        var first = CodePointSet.Empty;
        for (; next < parts.Count; next++)
        {
            // A look or a place may refuse where the end of the match would not.
            if (parts[next] is PatternNode.Look or PatternNode.At) return default;
            var (set, empty) = FirstOf(parts[next]);
            first = first.Or(set);
            if (!empty) return new(false, first);
        }
        return after.First is { } rest ? new(false, first.Or(rest)) : default;
    }

    private void EmitChoice(IReadOnlyList<PatternNode> ways, Follow follow)
    {
        if (ways.All(way => way is PatternNode.One))
        {
            Add(OneOf(ways.Select(way => ((PatternNode.One)way).Set).Aggregate((left, right) => left.Or(right))));
            return;
        }
        var ends = new List<int>();
        for (var i = 0; i < ways.Count - 1; i++)
        {
            var (first, empty) = FirstOf(ways[i]);
            var attempt = Branch(StepKind.Try, empty ? -1 : SetOf(first));
            Emit(ways[i], follow);
            ends.Add(Add(new(StepKind.Jump)));
            Aim(attempt);
        }
        Emit(ways[^1], follow);
        foreach (var end in ends) Aim(end);
    }

    private void EmitRepeat(PatternNode.Repeat repeat, Follow follow)
    {
        if (repeat is { Body: PatternNode.One one, Lazy: false })
        {
            var set = SetOf(one.Set);
            var never = follow.Ends || follow.First is { } next && one.Set.And(next).IsEmpty;
            Add(new(never ? StepKind.RunAtomic : StepKind.Run, set, repeat.Min, repeat.Max));
            return;
        }
        for (var i = 0; i < repeat.Min; i++) Emit(repeat.Body, default);
        if (repeat.Max < 0) EmitLoop(repeat);
        else EmitOptional(repeat);
    }

    private void EmitOptional(PatternNode.Repeat repeat)
    {
        var exits = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            exits.Add(Enter(repeat));
            Emit(repeat.Body, default);
        }
        foreach (var exit in exits) Aim(exit);
    }

    private void EmitLoop(PatternNode.Repeat repeat)
    {
        var start = steps.Count;
        var exit = Enter(repeat);
        if (!FirstOf(repeat.Body).Empty)
        {
            Emit(repeat.Body, default);
            Add(new(StepKind.Jump, start));
        }
        else
        {
            // An iteration that takes nothing is the last.
            if (registers == MostRegisters || BitOperations.PopCount((uint)enclosing) == DeepestLoops) throw new PatternException("fewer repeats of what may be empty inside each other");
            var register = registers++;
            Add(new(StepKind.Mark, register));
            enclosing |= 1 << register;
            Emit(repeat.Body, default);
            enclosing &= ~(1 << register);
            Add(new(StepKind.Moved, register, start));
        }
        Aim(exit);
    }

    /// <summary>The step that goes into the body or leaves the repeat; to be aimed.</summary>
    private int Enter(PatternNode.Repeat repeat)
    {
        if (repeat.Lazy) return Branch(StepKind.TryLast, 0);
        var (first, empty) = FirstOf(repeat.Body);
        return Branch(StepKind.Try, empty ? -1 : SetOf(first));
    }

    private void EmitInner(PatternStep step, PatternNode body, bool ends)
    {
        var at = Add(step);
        Emit(body, new(ends, null));
        Add(new(StepKind.Accept));
        Aim(at);
    }

    private int Branch(StepKind kind, int guard)
    {
        var step = Add(new(kind, 0, guard, states, enclosing));
        states += 1 << BitOperations.PopCount((uint)enclosing);
        return step;
    }

    private int Add(PatternStep step)
    {
        if (steps.Count == MostSteps) throw TooLarge();
        steps.Add(step);
        return steps.Count - 1;
    }

    private void Aim(int step) => steps[step] = steps[step] with { A = steps.Count };

    private PatternStep OneOf(CodePointSet set) => new(StepKind.One, SetOf(set));

    private int SetOf(CodePointSet set)
    {
        var known = sets.FindIndex(set.SetEquals);
        if (known >= 0) return known;
        sets.Add(set);
        return sets.Count - 1;
    }

    private static PatternException TooLarge() => new($"a pattern of {MostSteps} steps at most once its repeats are written out");

    /// <summary>The code points a match can begin with, and whether it can be empty.</summary>
    private static (CodePointSet Set, bool Empty) FirstOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one: return (one.Set, false);
            case PatternNode.Sequence sequence:
                var first = CodePointSet.Empty;
                foreach (var part in sequence.Parts)
                {
                    var (set, empty) = FirstOf(part);
                    first = first.Or(set);
                    if (!empty) return (first, false);
                }
                return (first, true);
            case PatternNode.Choice choice:
                var ways = choice.Ways.Select(FirstOf).ToList();
                return (ways.Select(way => way.Set).Aggregate((left, right) => left.Or(right)), ways.Any(way => way.Empty));
            case PatternNode.Repeat repeat:
                var body = FirstOf(repeat.Body);
                return (repeat.Max == 0 ? CodePointSet.Empty : body.Set, repeat.Min == 0 || body.Empty);
            case PatternNode.Atomic atomic: return FirstOf(atomic.Body);
            default: return (CodePointSet.Empty, true);
        }
    }

    /// <summary>How many code points a look behind may take, which must be bounded.</summary>
    private static (int Least, int Most) LengthOf(PatternNode node)
    {
        const int longest = 255;
        switch (node)
        {
            case PatternNode.One: return (1, 1);
            case PatternNode.Sequence sequence:
                var (least, most) = (0, 0);
                foreach (var part in sequence.Parts)
                {
                    var length = LengthOf(part);
                    (least, most) = (least + length.Least, most + length.Most);
                }
                return most <= longest ? (least, most) : throw Unbounded();
            case PatternNode.Choice choice:
                var ways = choice.Ways.Select(LengthOf).ToList();
                return (ways.Min(way => way.Least), ways.Max(way => way.Most));
            case PatternNode.Repeat repeat:
                if (repeat.Max is < 0 or > longest) throw Unbounded();
                var body = LengthOf(repeat.Body);
                return body.Most * repeat.Max <= longest ? (body.Least * repeat.Min, body.Most * repeat.Max) : throw Unbounded();
            case PatternNode.Atomic atomic: return LengthOf(atomic.Body);
            default: return (0, 0);
        }

        static PatternException Unbounded() => new($"a look behind of {longest} characters at most");
    }
}
