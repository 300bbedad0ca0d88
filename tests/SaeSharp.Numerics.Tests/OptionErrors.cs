namespace SaeSharp.Numerics.Tests;

public sealed class OptionErrors
{
    private static double LearningRate { set => OptionException.Positive(value); }

    private static int Warmup { set => OptionException.NotNegative(value); }

    private static double TopP { set => OptionException.InRange(value, 0, 1); }

    [Fact]
    public void A_value_outside_its_range_is_named_with_the_range()
    {
        Assert.Equal("LearningRate is 0, expected a number above 0.", Assert.Throws<OptionException>(() => LearningRate = 0).Message);
        Assert.Equal("Warmup is -1, expected 0 or more.", Assert.Throws<OptionException>(() => Warmup = -1).Message);
        Assert.Equal("TopP is 1.5, expected a number from 0 to 1.", Assert.Throws<OptionException>(() => TopP = 1.5).Message);
        Assert.Equal("Leave TopP out to get its default.", Assert.Throws<OptionException>(() => TopP = -0.1).Hint);
    }

    [Fact]
    public void Nan_is_in_no_range()
    {
        Assert.Throws<OptionException>(() => LearningRate = double.NaN);
        Assert.Throws<OptionException>(() => TopP = double.NaN);
    }

    [Fact]
    public void Bounds_belong_to_the_range()
    {
        (Warmup, TopP) = (0, 0);
        TopP = 1;
    }
}
