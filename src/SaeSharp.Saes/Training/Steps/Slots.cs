using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Room for the same number of latents at each activation.</summary>
/// <param name="setting">Sizes and type.</param>
/// <param name="most">The largest number.</param>
internal sealed class Slots(StepSetting setting, int most)
{
    private readonly Tensor _values = Tensor.Zeros(setting.Type, checked(setting.BatchSize * most));
    private readonly Tensor _indices = Tensor.Zeros(DType.I32, setting.BatchSize * most);

    private readonly Dictionary<int, (Tensor Values, Tensor Indices)> _parts = [];

    public int Most => most;

    /// <summary>[batch, count].</summary>
    public Tensor Values { get; private set; } = null!;

    /// <summary>[batch, count], i32; −1 where nothing was chosen.</summary>
    public Tensor Indices { get; private set; } = null!;

    /// <summary>Sets the number, at most the one it was made with.</summary>
    public void Resize(int count)
    {
        if (Values?.Columns == count) return;
        _parts.Clear();
        Values = _values.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
        Indices = _indices.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
    }

    /// <summary>The slots of <paramref name="count"/> activations from <paramref name="start"/>; views are kept, so that a step makes none.</summary>
    public (Tensor Values, Tensor Indices) Part(int start, int count) =>
        _parts.TryGetValue(start, out var part) ? part : _parts[start] = (Values.Rows(start, count), Indices.Rows(start, count));

    /// <summary>Takes the first of the slots of <paramref name="larger"/> at each activation.</summary>
    public void TakeFirst(Slots larger)
    {
        for (var row = 0; row < setting.BatchSize; row++)
        {
            larger.Indices.Row<int>(row)[..Indices.Columns].CopyTo(Indices.Row<int>(row));
            if (setting.Type == DType.F64) larger.Values.Row<double>(row)[..Indices.Columns].CopyTo(Values.Row<double>(row));
            else larger.Values.Row<float>(row)[..Indices.Columns].CopyTo(Values.Row<float>(row));
        }
    }
}
