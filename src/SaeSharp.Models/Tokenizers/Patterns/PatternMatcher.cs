using System.Numerics;
using System.Runtime.CompilerServices;

namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Runs a compiled pattern over one text: tries the first way, comes back for the next.</summary>
/// <remarks>
/// Ways that have failed are remembered once a text needs much coming back: nothing is tried twice at the same place, in one match or in a later one,
/// so the time is linear in the text. A repeat of one set remembers less: where it ended last, and from where on no end was good.
/// </remarks>
internal ref struct PatternMatcher(PatternProgram program, ReadOnlySpan<char> text)
{
    private const int Fail = -1;
    private const int MostRows = 1 << 24;
    private const long MostMemory = 1L << 26;      // bytes for failed ways
    private const long StepsBeforeMemory = 32;     // a character
    private const long MostSteps = 4096;           // a character

    private readonly ReadOnlySpan<char> text = text;
    private readonly PatternStep[] steps = program.Steps;
    private readonly ClassTable classes = program.Classes;
    private readonly ulong[] low = program.Classes.Low;
    private readonly int[] registers = program.Registers == 0 ? [] : new int[program.Registers];
    private MatchFrame[] stack = MatchFrame.Rent();
    private int depth;
    private (int Start, int End, int FailedFrom, int FailedEnd)[]? runs;
    private ulong[]? failed;
    private long spent;
    private int from;        // where the search for the next match begins
    private int last = Fail; // where the match before ended
    private int behind;   // how many looks behind it is in: what fails there fails for that place only

    /// <summary>Gives the buffers back.</summary>
    public readonly void Dispose() => MatchFrame.Return(stack);

    /// <summary>The first match that begins at or after <paramref name="from"/>.</summary>
    public bool Find(int from, out int start, out int end)
    {
        for (start = from; start <= text.Length; start += LengthAt(start))
        {
            if (program.First >= 0 && (start == text.Length || !IsIn(program.First, start, out _))) continue;
            end = Match(0, start, Fail);
            if (end != Fail) return true;
        }
        end = Fail;
        return false;
    }

    /// <summary>The next match from left to right. An empty match right behind the match before it does not count.</summary>
    public bool FindNext(out int start, out int end)
    {
        while (from <= text.Length && Find(from, out start, out end))
        {
            var repeated = start == end && end == last;
            from = repeated ? end + LengthAt(end) : end;
            last = end;
            if (!repeated) return true;
        }
        start = end = Fail;
        return false;
    }

    /// <summary>Where the match that begins at <paramref name="start"/> ends, or -1.</summary>
    public int MatchAt(int start) => Match(0, start, Fail);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Match(int step, int position, int mustEnd)
    {
        var bottom = depth;
        while (true)
        {
            ref readonly var now = ref steps[step];
            var goesOn = true;
            switch (now.Kind)
            {
                case StepKind.Accept:
                    goesOn = mustEnd == Fail || position == mustEnd;
                    if (!goesOn) break;
                    depth = bottom;
                    return position;
                case StepKind.One:
                    goesOn = position < text.Length && IsIn(now.A, position, out var length);
                    if (goesOn) (position, step) = (position + (char.IsHighSurrogate(text[position]) ? 2 : 1), step + 1);
                    break;
                case StepKind.Text:
                    var wanted = program.Texts[now.A];
                    goesOn = text[position..].StartsWith(wanted);
                    (position, step) = (position + wanted.Length, step + 1);
                    break;
                case StepKind.RunAtomic:
                    goesOn = RunOf(step, ref position, out _);
                    step++;
                    break;
                case StepKind.Run:
                    goesOn = RunOf(step, ref position, out var least);
                    if (goesOn && position > least) Push(new(MatchFrame.Row.Shrink, step, least, position, position));
                    step++;
                    break;
                case StepKind.Jump:
                    step = now.A;
                    break;
                case StepKind.Try:
                    if (now.B >= 0 && (position == text.Length || !IsIn(now.B, position, out _))) step = now.A;
                    else if (goesOn = Enter(now, position))
                    {
                        Push(new(MatchFrame.Row.Resume, now.A, position, 0, 0));
                        step++;
                    }
                    break;
                case StepKind.TryLast:
                    if (goesOn = Enter(now, position))
                    {
                        Push(new(MatchFrame.Row.Resume, step + 1, position, 0, 0));
                        step = now.A;
                    }
                    break;
                case StepKind.Mark:
                    Push(new(MatchFrame.Row.Restore, now.A, registers[now.A], 0, 0));
                    registers[now.A] = position;
                    step++;
                    break;
                case StepKind.Moved:
                    step = position == registers[now.A] ? step + 1 : now.B;
                    break;
                case StepKind.Atomic:
                    var inner = Match(step + 1, position, Fail);
                    goesOn = inner != Fail;
                    (position, step) = (inner, now.A);
                    break;
                case StepKind.Ahead:
                    goesOn = Match(step + 1, position, Fail) != Fail == (now.B == 0);
                    step = now.A;
                    break;
                case StepKind.Behind:
                    goesOn = MatchesBehind(step, position) == (now.B == 0);
                    step = now.A;
                    break;
                case StepKind.Next:
                    goesOn = (position < text.Length && IsIn(now.A, position, out _)) == (now.B == 0);
                    step++;
                    break;
                case StepKind.At:
                    goesOn = Places.Is((PatternPlace)now.A, text, position);
                    step++;
                    break;
            }
            if (!goesOn && !ComeBack(bottom, ref step, ref position)) return Fail;
        }
    }

    /// <summary>Takes up the last way left open above <paramref name="bottom"/>.</summary>
    private bool ComeBack(int bottom, ref int step, ref int position)
    {
        if (++spent > MostSteps * (text.Length + MostSteps)) throw ModelException.PatternTooSlow(text.Length);
        while (depth > bottom)
        {
            ref var frame = ref stack[depth - 1];
            switch (frame.Kind)
            {
                case MatchFrame.Row.Resume:
                    (step, position) = (frame.Step, frame.Position);
                    depth--;
                    return true;
                case MatchFrame.Row.Shrink when frame.Current > frame.Position:
                    frame.Current -= frame.Current - 2 >= frame.Position && char.IsLowSurrogate(text[frame.Current - 1]) ? 2 : 1;
                    (step, position) = (frame.Step + 1, frame.Current);
                    return true;
                case MatchFrame.Row.Shrink:
                    if (runs is not null && behind == 0 && steps[frame.Step].C < 0 && program.Registers == 0) (runs[frame.Step].FailedFrom, runs[frame.Step].FailedEnd) = (frame.Position, frame.End);
                    break;
                case MatchFrame.Row.Failed:
                    var index = ((long)frame.Current * (text.Length + 1)) + frame.Position;
                    failed![index >> 6] |= 1UL << (int)(index & 63);
                    break;
                case MatchFrame.Row.Restore:
                    registers[frame.Step] = frame.Position;
                    break;
            }
            depth--;
        }
        return false;
    }

    /// <summary>Whether a branch is worth going into: false where all its ways have failed here before.</summary>
    private bool Enter(in PatternStep branch, int position)
    {
        if (behind > 0) return ++spent > 0;
        if (failed is null)
        {
            if (++spent < StepsBeforeMemory * (text.Length + StepsBeforeMemory)) return true;
            var bytes = (program.States * (text.Length + 1L) / 8) + 8;
            if (bytes > MostMemory) throw ModelException.PatternTooSlow(text.Length);
            failed = new ulong[(bytes + 7) / 8];
        }
        var state = branch.C;
        for (var (loops, bit) = (branch.D, 0); loops != 0; loops &= loops - 1, bit++)
        {
            if (registers[BitOperations.TrailingZeroCount(loops)] == position) state += 1 << bit;
        }
        var index = ((long)state * (text.Length + 1)) + position;
        if ((failed[index >> 6] >> (int)(index & 63) & 1) != 0) return false;
        Push(new(MatchFrame.Row.Failed, 0, position, state, 0));
        return true;
    }

    /// <summary>Moves to the end of a run of one set; false where it is too short or no end of it was good before. <paramref name="least"/>: the first place it may end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool RunOf(int step, ref int position, out int least)
    {
        ref readonly var run = ref steps[step];
        var start = position;
        least = start;
        var taken = 0;
        var (set, most) = (run.A, run.C < 0 ? int.MaxValue : run.C);
        if (run.B > 1 || run.C >= 0)
        {
            for (; taken < most && position < text.Length && IsIn(set, position, out var length); taken++)
            {
                position += length;
                if (taken + 1 == run.B) least = position;
            }
            spent += taken / 16;   // a bound in the thousands is not free
            return taken >= run.B;
        }
        if (position == text.Length || !IsIn(set, position, out var first)) return run.B == 0;
        if (run.B == 1) least = start + first;
        position = EndOfRun(step, set, start + first);
        return runs is null || behind > 0 || runs[step].FailedEnd != position || runs[step].FailedFrom > least || run.Kind == StepKind.RunAtomic;
    }

    private int EndOfRun(int step, int set, int from)
    {
        const int remembered = 64;   // a shorter run is not worth remembering
        var position = from;
        if (runs is not null && from >= runs[step].Start && from < runs[step].End) return runs[step].End;
        if (set < 64)
        {
            while (position < text.Length && text[position] < low.Length && (low[text[position]] >> set & 1) != 0) position++;
        }
        while (position < text.Length && IsIn(set, position, out var length)) position += length;
        if (position - from > remembered)
        {
            runs ??= new (int, int, int, int)[steps.Length];
            (runs[step].Start, runs[step].End) = (from, position);
        }
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsIn(int set, int position, out int length)
    {
        var unit = text[position];
        length = 1;
        return unit < low.Length && set < 64 ? (low[unit] >> set & 1) != 0 : IsInSlow(set, position, out length);
    }

    private readonly bool IsInSlow(int set, int position, out int length)
    {
        length = LengthAt(position);
        return classes.Contains(set, length == 2 ? char.ConvertToUtf32(text[position], text[position + 1]) : text[position]);
    }

    private readonly int LengthAt(int position) =>
        position + 1 < text.Length && char.IsHighSurrogate(text[position]) && char.IsLowSurrogate(text[position + 1]) ? 2 : 1;

    private bool MatchesBehind(int step, int position)
    {
        var (start, back) = (position, 0);
        var (least, most) = (steps[step].C, steps[step].D);
        while (true)
        {
            behind++;
            var found = back >= least && Match(step + 1, start, position) != Fail;
            behind--;
            if (found) return true;
            if (back++ == most || start == 0) return false;
            start -= start > 1 && char.IsLowSurrogate(text[start - 1]) && char.IsHighSurrogate(text[start - 2]) ? 2 : 1;
        }
    }

    private void Push(MatchFrame frame)
    {
        if (depth == stack.Length)
        {
            if (depth >= MostRows) throw ModelException.PatternTooSlow(text.Length);
            Array.Resize(ref stack, depth * 2);
        }
        stack[depth++] = frame;
    }
}
