using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's equality, order and membership.</summary>
internal static class Comparison
{
    private const int MaxDepth = 100, MaxParts = 1 << 20, MaxKeyParts = 1 << 12;

    public static bool Holds(RenderingRun run, string sign, Value left, Value right) => sign switch
    {
        "==" => AreEqual(run, left, right),
        "!=" => !AreEqual(run, left, right),
        "in" => Contains(run, right, left),
        "not in" => !Contains(run, right, left),
        "<" => Order(run, sign, left, right) is < 0,
        "<=" => Order(run, sign, left, right) is <= 0,
        ">" => Order(run, sign, left, right) is > 0,
        _ => Order(run, sign, left, right) is >= 0,
    };

    /// <summary>Python's <c>==</c>. Every part that is looked at is a step: a few lists that hold each other twice have billions of parts.</summary>
    public static bool AreEqual(RenderingRun run, Value left, Value right, int depth = 0)
    {
        if (left is TextValue a && right is TextValue b && a.Text.Length == b.Text.Length) run.Step(a.Text.Length / 64);
        var parts = MaxParts;
        var equal = AreEqual(left, right, depth, ref parts);
        run.Step(MaxParts - parts);
        return equal;
    }

    /// <summary>The same for keys of a dict, which are small.</summary>
    public static bool AreEqualKeys(Value left, Value right)
    {
        var parts = MaxKeyParts;
        return AreEqual(left, right, 0, ref parts);
    }

    /// <summary>Below 0, 0 or above 0 as left stands to right; null where neither comes first (NaN).</summary>
    public static int? Order(RenderingRun run, string sign, Value left, Value right, int depth = 0)
    {
        if (left is UndefinedValue first) throw first.Failure();
        if (right is UndefinedValue second) throw second.Failure();
        if (Numbers.AsWhole(left) is { } a && Numbers.AsWhole(right) is { } b) return a.CompareTo(b);
        if (Numbers.Are(left) && Numbers.Are(right)) return OrderOf(Numbers.AsDouble(left), Numbers.AsDouble(right));
        if (left is TextValue x && right is TextValue y) return ByCharacter(x.Text, y.Text);
        if (left is SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } p && right is SequenceValue q && p.Kind == q.Kind)
        {
            RequireShallow(depth);
            for (var i = 0; i < Math.Min(p.Items.Count, q.Items.Count); i++)
                if (!AreEqual(run, p.Items[i], q.Items[i], depth + 1)) return Order(run, sign, p.Items[i], q.Items[i], depth + 1);
            return p.Items.Count.CompareTo(q.Items.Count);
        }
        throw ChatTemplateException.WrongType($"'{sign}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    public static bool Contains(RenderingRun run, Value container, Value value)
    {
        if (container is TextValue text)
        {
            if (value is not TextValue part) throw ChatTemplateException.WrongType($"'in <string>' requires string as left operand, not {value.TypeName}");
            run.Search(text.Text.Length, part.Text.Length);
            return text.Text.Contains(part.Text, StringComparison.Ordinal);
        }
        if (container is DictValue dict) return dict.Find(value) is not null;
        if (!Iteration.IsPossible(container)) throw ChatTemplateException.WrongType($"argument of type '{container.TypeName}' is not iterable");
        return Iteration.Walk(run, container).Any(item => AreEqual(run, item, value));
    }

    private static bool AreEqual(Value left, Value right, int depth, ref int parts)
    {
        RequireShallow(depth);
        if (--parts < 0) throw ChatTemplateException.TooMuch("compares values of too many parts");
        if (left is TextValue x && right is TextValue y) return x.Text == y.Text;
        if (Numbers.AsWhole(left) is { } a && Numbers.AsWhole(right) is { } b) return a == b;
        if (Numbers.Are(left) && Numbers.Are(right)) return Numbers.AsDouble(left) == Numbers.AsDouble(right);
        if (left is UndefinedValue && right is UndefinedValue) return true;
        if (left is SequenceValue p && right is SequenceValue q && p.Kind == q.Kind)
        {
            var equal = p.Items.Count == q.Items.Count;
            for (var i = 0; equal && i < p.Items.Count; i++) equal = AreEqual(p.Items[i], q.Items[i], depth + 1, ref parts);
            return equal;
        }
        if (left is DictValue m && right is DictValue n)
        {
            var equal = m.Members.Count == n.Members.Count;
            for (var i = 0; equal && i < m.Members.Count; i++)
                equal = m.Members.GetAt(i) is var (key, value) && n.Find(key) is { } other && AreEqual(value, other, depth + 1, ref parts);
            return equal;
        }
        return ReferenceEquals(left, right);
    }

    private static int? OrderOf(double a, double b) => a < b ? -1 : a > b ? 1 : a == b ? 0 : null;

    /// <summary>By code point: half of a surrogate pair stands for a character behind all others.</summary>
    private static int ByCharacter(string a, string b)
    {
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i] == b[i]) continue;
            var (first, second) = (char.IsSurrogate(a[i]), char.IsSurrogate(b[i]));
            return first == second ? a[i].CompareTo(b[i]) : first ? 1 : -1;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static void RequireShallow(int depth)
    {
        if (depth > MaxDepth) throw ChatTemplateException.TooMuch($"compares values that nest deeper than {MaxDepth} levels");
    }
}
