using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Library;

/// <summary>What an SAE reads, or writes, of a token: one hook, or the rows of several one after another (crosscoder, cross-layer transcoder).</summary>
/// <param name="parts">The hooks, in the order of their stretches of the row.</param>
internal sealed class JoinedView(params IReadOnlyList<ActivationView> parts)
{
    public IReadOnlyList<ActivationView> Parts => parts;

    /// <summary>The hooks' names, each part's.</summary>
    public IReadOnlyList<string> Hooks => [.. parts.Select(part => part.Hook)];

    /// <summary>As configurations name it.</summary>
    public string Name => string.Join(',', Hooks);

    /// <summary>How many numbers a row has.</summary>
    public int WidthOf(Transformer model) => parts.Sum(part => part.WidthOf(model));

    /// <summary>Whether both read the same.</summary>
    public bool IsSameAs(JoinedView other) => parts.SequenceEqual(other.Parts);

    /// <summary>The rows, given those of each part: [rows, width], <paramref name="of"/>'s own where there is one part.</summary>
    public Tensor Join(Func<ActivationView, Tensor> of)
    {
        if (parts.Count == 1) return of(parts[0]);
        Tensor[] sources = [.. parts.Select(of)];
        var x = Tensor.Zeros(DType.F32, sources[0].RowCount, sources.Sum(source => source.Columns));       // x   [rows, width]
        for (var row = 0; row < x.RowCount; row++)
        {
            var rest = x.Row<float>(row);
            foreach (var source in sources)
            {
                source.Row<float>(row).CopyTo(rest);
                rest = rest[source.Columns..];
            }
        }
        return x;
    }

    /// <summary>Each part, and the first column of its stretch.</summary>
    public IEnumerable<(ActivationView Part, int Start)> Stretches(Transformer model)
    {
        var start = 0;
        foreach (var part in parts)
        {
            yield return (part, start);
            start += part.WidthOf(model);
        }
    }
}
