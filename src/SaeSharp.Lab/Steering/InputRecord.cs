using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>What a transcoder reads in a run, kept until the run comes to where it writes.</summary>
internal sealed class InputRecord
{
    private readonly ActivationView _view;
    private float[] _rows = [];
    private int[] _positions = [];
    private int _width;

    private InputRecord(ActivationView view) => _view = view;

    /// <summary>A record of <paramref name="read"/>, filled by <paramref name="hooks"/>; null where the edit needs no value.</summary>
    /// <exception cref="LabException">A run passes what is read after what is written.</exception>
    public static InputRecord? Of(ResolvedEdit edit, ActivationView read, ActivationView written, LanguageModel model, HookSet hooks)
    {
        if (!edit.NeedsValue) return null;
        var order = model.Transformer.HookNames.ToList();
        if (order.IndexOf(read.Hook) >= order.IndexOf(written.Hook)) throw LabException.ReadsTooLate(edit.Sae!.Name, read.Hook, written.Hook);
        var record = new InputRecord(read);
        hooks.Read(read.Hook, record.Keep);
        return record;
    }

    /// <summary>The rows at <paramref name="positions"/>, which are those of the run in its order: [n, dIn].</summary>
    public Tensor At(ReadOnlySpan<int> positions)
    {
        var x = Tensor.Zeros(DType.F32, positions.Length, _width);
        var row = 0;
        for (var i = 0; i < positions.Length; i++, row++)
        {
            while (_positions[row] != positions[i]) row++;
            _rows.AsSpan(row * _width, _width).CopyTo(x.Row<float>(i));
        }
        return x;
    }

    private void Keep(Tensor value, ReadOnlySpan<int> positions)
    {
        var rows = _view.Read(value.Reshape(positions.Length, (int)(value.Count / positions.Length)).Clone()); // x   [rows, dIn]
        (_rows, _positions, _width) = (rows.Span<float>().ToArray(), positions.ToArray(), rows.Columns);
    }
}
