using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>The expert that every row passes: y += σ(gate(x))·expert(x), or without a gate y += expert(x).</summary>
internal sealed class SharedExpert
{
    private readonly Expert _expert;
    private readonly Linear? _gate;
    private readonly HookPoint _hookOut;
    private readonly HookPoint? _hookGate;

    /// <summary>Takes <c>{name}.shared</c>, and <c>{name}.shared_gate</c> where the family's table has it.</summary>
    public SharedExpert(ModelWeights weights, HookList hooks, Mlp.Experts mlp, string name, int dModel)
    {
        _expert = new(weights, mlp, $"{name}.shared", dModel, mlp.DShared);
        if (weights.TryTake($"{name}.shared_gate.weight", ("gates", 1), ("dModel", dModel)) is { } gate) _gate = new(gate, null, weights.ComputeType);
        _hookOut = hooks.Add($"{name}.hook_shared_out", dModel);
        if (_gate is not null) _hookGate = hooks.Add($"{name}.hook_shared_gate", 1);
    }

    /// <summary>x [rows, dModel] is read, y [rows, dModel] added to. True where the run ended on the way.</summary>
    public bool Run(Pass pass, Tensor x, Tensor y)
    {
        var output = pass.Take(Slot.ExpertOutput, x.Shape);                         // [rows, dModel]
        _expert.Forward(pass, x, output);
        if (pass.Ends(_hookOut, output)) return true;
        if (_gate is null || _hookGate is null)
        {
            pass.Backend.Add(y, output, y);
            return false;
        }
        var gate = pass.Take(Slot.SharedGate, x.RowCount, 1);                       // [rows, 1]
        _gate.Forward(pass.Backend, x, gate);
        if (pass.Ends(_hookGate, gate)) return true;
        var rows = new int[x.RowCount];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
            gate.Write(row, 1 / (1 + Math.Exp(-gate.Read(row))));
        }
        pass.Backend.AddScaledRows(output, rows, gate.Reshape(rows.Length), y);
        return false;
    }
}
