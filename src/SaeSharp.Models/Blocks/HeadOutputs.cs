using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>The output projection of attention, and what each head adds to it: <c>hook_result</c> [rows, heads, dModel], whose sum over the heads and the bias is <c>hook_attn_out</c>.</summary>
/// <remarks>Results are made only where the hook has a callback; a row that an edit changed becomes their sum.</remarks>
internal sealed class HeadOutputs
{
    private readonly Linear _out;
    private readonly AttentionShape _shape;
    private readonly HookPoint _hook;
    private readonly Lazy<PackedMatrix[]> _byHead;

    public HeadOutputs(HookList hooks, string hook, Linear output, AttentionShape shape, int dModel)
    {
        (_out, _shape) = (output, shape);
        _byHead = new(() => output.ByInputs(shape.DHead));
        _hook = hooks.Add(hook, shape.Heads, dModel);
    }

    /// <summary>z [rows, heads, dHead] → y [rows, dModel]. True where the run ended on the way.</summary>
    public bool Run(Pass pass, Tensor z, Tensor y)
    {
        if (!pass.Wants(_hook))
        {
            _out.Forward(pass.Backend, z, y);
            return false;
        }
        var results = Results(pass.Backend, z, y.Columns);                          // [rows, heads, dModel]
        var edited = new EditedRows(pass, _hook, results);
        if (pass.Ends(_hook, results)) return true;
        _out.Forward(pass.Backend, z, y);
        foreach (var row in edited.In(results)) Sum(pass.Backend, results.Rows(row, 1).Reshape(_shape.Heads, y.Columns), y.Rows(row, 1));
        return false;
    }

    private Tensor Results(Backend backend, Tensor z, int dModel)
    {
        var rows = z.Shape[0];
        var results = Tensor.Zeros(z.DType, rows, _shape.Heads, dModel);
        var head = Tensor.Zeros(z.DType, rows, _shape.DHead);
        var result = Tensor.Zeros(z.DType, rows, dModel);
        for (var h = 0; h < _shape.Heads; h++)
        {
            for (var row = 0; row < rows; row++) Vector(z, row, h).CopyTo(head.Rows(row, 1));
            backend.MatMul(head, _byHead.Value[h], result);
            for (var row = 0; row < rows; row++) result.Rows(row, 1).CopyTo(Vector(results, row, h));
        }
        return results;
    }

    /// <summary>Σ over the heads, and the bias: [heads, dModel] → [1, dModel].</summary>
    private void Sum(Backend backend, Tensor results, Tensor y)
    {
        results.Rows(0, 1).CopyTo(y);
        for (var h = 1; h < _shape.Heads; h++) backend.Add(y, results.Rows(h, 1), y);
        if (_out.Bias is not null) backend.AddRow(y, _out.Bias, y);
    }

    private static Tensor Vector(Tensor x, int row, int head) => x.Rows(row, 1).Reshape(x.Shape[1], x.Columns).Rows(head, 1);
}
