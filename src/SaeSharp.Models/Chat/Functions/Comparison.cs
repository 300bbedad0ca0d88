using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Functions;

/// <summary>Python's equality, order and membership.</summary>
internal static class Comparison
{
    private const int MaxDepth = 100;

    public static bool Holds(RenderingRun run, string sign, Value left, Value right) => sign switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(run, right, left),
        "not in" => !Contains(run, right, left),
        "<" => Order(sign, left, right) is < 0,
        "<=" => Order(sign, left, right) is <= 0,
        ">" => Order(sign, left, right) is > 0,
        _ => Order(sign, left, right) is >= 0,
    };

    public static bool AreEqual(Value left, Value right) => AreEqual(left, right, 0);

    /// <summary>Below 0, 0 or above 0 as left stands to right; null where neither comes first (NaN).</summary>
    public static int? Order(string sign, Value left, Value right, int depth = 0)
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
                if (!AreEqual(p.Items[i], q.Items[i], depth + 1)) return Order(sign, p.Items[i], q.Items[i], depth + 1);
            return p.Items.Count.CompareTo(q.Items.Count);
        }
        throw ChatTemplateException.WrongType($"'{sign}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    public static bool Contains(RenderingRun run, Value container, Value value)
    {
        if (container is TextValue text)
            return value is TextValue part ? text.Text.Contains(part.Text, StringComparison.Ordinal) : throw ChatTemplateException.WrongType($"'in <string>' requires string as left operand, not {value.TypeName}");
        if (container is DictValue dict) return dict.Find(value) is not null;
        if (!Iteration.IsPossible(container)) throw ChatTemplateException.WrongType($"argument of type '{container.TypeName}' is not iterable");
        var items = Iteration.Of(run, container);
        run.Step(items.Count);
        return items.Any(item => AreEqual(item, value));
    }

    private static bool AreEqual(Value left, Value right, int depth)
    {
        RequireShallow(depth);
        if (left is TextValue x && right is TextValue y) return x.Text == y.Text;
        if (Numbers.AsWhole(left) is { } a && Numbers.AsWhole(right) is { } b) return a == b;
        if (Numbers.Are(left) && Numbers.Are(right)) return Numbers.AsDouble(left) == Numbers.AsDouble(right);
        if (left is UndefinedValue && right is UndefinedValue) return true;
        if (left is SequenceValue p && right is SequenceValue q && p.Kind == q.Kind)
            return p.Items.Count == q.Items.Count && p.Items.Zip(q.Items).All(pair => AreEqual(pair.First, pair.Second, depth + 1));
        if (left is DictValue m && right is DictValue n)
            return m.Members.Count == n.Members.Count && m.Members.All(member => n.Find(member.Key) is { } other && AreEqual(member.Value, other, depth + 1));
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
