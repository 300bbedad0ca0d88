using CsCheck;

namespace SaeSharp.Numerics.Tests;

public sealed class BFloat16Rounding
{
    private static readonly Gen<float> AnyFinite = Gen.UInt.Select(BitConverter.UInt32BitsToSingle).Where(float.IsFinite);

    [Fact]
    public void Widening_and_rounding_returns_every_value()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = new BFloat16((ushort)bits);
            if (!float.IsNaN(value.ToSingle())) Assert.Equal(value, BFloat16.FromSingle(value.ToSingle()));
        }
    }

    [Fact]
    public void No_neighbour_is_nearer_and_ties_are_even() => AnyFinite.Sample(value =>
    {
        var rounded = BFloat16.FromSingle(value);
        if (float.IsInfinity(rounded.ToSingle())) return;
        var distance = Math.Abs((double)rounded.ToSingle() - value);
        foreach (var neighbour in new[] { rounded.Bits - 1, rounded.Bits + 1 })
        {
            var other = new BFloat16((ushort)neighbour).ToSingle();
            if (!float.IsFinite(other) || other < 0 != value < 0) continue;
            var otherDistance = Math.Abs((double)other - value);
            Assert.True(distance < otherDistance || distance == otherDistance && rounded.Bits % 2 == 0, $"{value:R} became {rounded.ToSingle():R}, but {other:R} is nearer.");
        }
    }, iter: 20_000);

    [Fact]
    public void Beyond_the_largest_value_lies_infinity()
    {
        Assert.Equal(float.PositiveInfinity, BFloat16.FromSingle(float.MaxValue).ToSingle());
        Assert.Equal(float.NegativeInfinity, BFloat16.FromSingle(float.NegativeInfinity).ToSingle());
    }

    [Fact]
    public void Every_nan_stays_nan() => Gen.UInt[0x7F800001, 0x7FFFFFFF].Sample(bits =>
        float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(bits)).ToSingle()));

    [Fact]
    public void Many_at_once_get_the_bits_of_one_at_a_time() => Gen.UInt.Array[0, 70].Sample(bits =>
    {
        float[] values = [.. bits.Select(BitConverter.UInt32BitsToSingle)];
        var (narrow, wide) = (new BFloat16[values.Length], new float[values.Length]);
        TensorConversion.Narrow(values, narrow);
        TensorConversion.Widen(narrow, wide);
        Assert.Equal(values.Select(BFloat16.FromSingle), narrow);
        Assert.Equal(narrow.Select(value => BitConverter.SingleToUInt32Bits(value.ToSingle())), wide.Select(BitConverter.SingleToUInt32Bits));
    }, iter: 2000);
}
