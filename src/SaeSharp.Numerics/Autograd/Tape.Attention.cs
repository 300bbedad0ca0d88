using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>Rotates each head of each row by its position: [rows, heads, dHead] → same.</summary>
    public Variable Rotary(Variable x, int[] positions, RotaryTable table)
    {
        var y = Like(x);
        backend.Rotary(x.Value, positions, table, y);
        return Record(y, [x], dy => x.AddGradient(backend, dx => backend.Rotary(dy, positions, table, dx, inverse: true)));
    }

    /// <summary>Causal attention within each sequence: q [rows, heads, dHead], k and v [rows, kvHeads, dHead] → [rows, heads, dHead]; rows in no sequence give 0.</summary>
    public Variable Attention(Variable q, Variable k, Variable v, SequenceSpan[] sequences, AttentionSpec spec)
    {
        var z = Like(q);
        backend.Attention(q.Value, k.Value, v.Value, sequences, spec, z);
        return Record(z, [q, k, v], dz => WithInputGradient(q, dq => WithInputGradient(k, dk => WithInputGradient(v, dv =>
            backend.AttentionBackward(q.Value, k.Value, v.Value, sequences, spec, dz, dq, dk, dv)))));
    }
}
