using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>Keeps what stands at some hooks in one run.</summary>
internal sealed class HookRecord
{
    private readonly Dictionary<string, Tensor> _rows = new(StringComparer.Ordinal);

    /// <summary>Reads these hooks along with whatever else <paramref name="set"/> holds; gives it back.</summary>
    public HookSet AddTo(HookSet set, IEnumerable<string> hooks, int tokens)
    {
        foreach (var hook in hooks.Distinct()) set.Read(hook, value => _rows[hook] = value.Reshape(tokens, (int)(value.Count / tokens)).Clone()); // h   [pos, width]
        return set;
    }

    /// <summary>‖h‖ at each position.</summary>
    public double[] Norms(string hook) => [.. Enumerable.Range(0, _rows[hook].RowCount).Select(row => Math.Sqrt(Sum(hook, row, null)))];

    /// <summary>h·v at each position.</summary>
    public double[] Along(string hook, Tensor v) => [.. Enumerable.Range(0, _rows[hook].RowCount).Select(row => Sum(hook, row, v))];

    private double Sum(string hook, int row, Tensor? v)
    {
        var (h, sum) = (_rows[hook].Rows(row, 1), 0.0);
        for (var i = 0; i < h.Count; i++) sum += h.Read(i) * (v?.Read(i) ?? h.Read(i));
        return sum;
    }
}
