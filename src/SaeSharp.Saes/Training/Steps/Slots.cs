using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Room for the same number of latents at each activation.</summary>
/// <param name="setting">Sizes and type.</param>
/// <param name="most">The largest number.</param>
internal sealed class Slots(StepSetting setting, int most)
{
    private readonly Tensor _values = Tensor.Zeros(setting.Type, checked(setting.BatchSize * most));
    private readonly Tensor _indices = Tensor.Zeros(DType.I32, setting.BatchSize * most);

    /// <summary>[batch, count].</summary>
    public Tensor Values { get; private set; } = null!;

    /// <summary>[batch, count], i32; −1 where nothing was chosen.</summary>
    public Tensor Indices { get; private set; } = null!;

    /// <summary>Sets the number, at most the one it was made with.</summary>
    public void Resize(int count)
    {
        if (Values?.Columns == count) return;
        Values = _values.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
        Indices = _indices.Rows(0, setting.BatchSize * count).Reshape(setting.BatchSize, count);
    }
}
