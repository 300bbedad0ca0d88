namespace SaeSharp.Numerics.Tests;

/// <summary>Tensors that nobody frees are found by the collector before they fill the memory.</summary>
public class NativePressureTests
{
    [Fact]
    public void Lost_tensors_are_found_in_time_though_each_is_small()
    {
        const int Count = 1 << 15, Bytes = 1 << 16, Most = 1 << 29; // two gigabytes in all, half of one at a time
        var lost = new List<WeakReference>();
        for (var i = 0; i < Count; i++)
        {
            lost.Add(new(Tensor.Zeros(DType.F32, Bytes / sizeof(float))));
            if (lost.Count * (long)Bytes >= Most) Assert.NotEqual(0, lost.RemoveAll(tensor => !tensor.IsAlive));
        }
    }
}
