using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;

namespace SaeSharp.Saes.Tests.Training;

public class SourceStatisticsTests
{
    [Fact]
    public void The_geometric_median_is_that_of_dictionary_learning()
    {
        using var file = Pieces();
        var source = new PoolSource(file.Read("geometric_median.points"), 16);
        RequireClose(file.Read("geometric_median.f64"), SourceStatistics.GeometricMedian(source, 3), 1e-12);
    }

    [Fact]
    public void The_covariance_is_the_one_that_SAELens_whitens_by()
    {
        using var file = Pieces();
        var pool = Tensor.Zeros(DType.F32, 40, 16);
        foreach (var (number, start) in new[] { 0, 16, 32 }.Index()) file.Read($"norm.batch{number}").CopyTo(pool.Rows(start, number < 2 ? 16 : 8));
        var (mean, covariance) = SourceStatistics.Covariance(new PoolSource(pool, 8), 5, Reference.Instance);
        RequireClose(file.Read("whitening.mean"), mean, 1e-12);

        // M·Mᵀ = (C + 1e-3·I)⁻¹
        var product = Tensor.Zeros(DType.F64, 16, 16);
        for (var i = 0; i < 16; i++) covariance.Row<double>(i)[i] += 1e-3;
        Reference.Instance.MatMul(covariance, file.Read("whitening.M_Mt"), product);
        for (var i = 0; i < 16; i++)
            for (var j = 0; j < 16; j++) Assert.Equal(i == j ? 1 : 0, product.Row<double>(i)[j], 1e-12);
    }

    [Fact]
    public void The_mean_norm_is_the_one_that_SAELens_scales_by()
    {
        using var file = Pieces();
        var expected = JsonDocument.Parse(File.ReadAllText(SharedFiles.At("golden", "saes", "training", "pieces.json"))).RootElement.GetProperty("expected_average_scaling_factor").GetProperty("scaling_factor").GetDouble();
        var pool = Tensor.Zeros(DType.F32, 40, 16);
        foreach (var (number, start) in new[] { 0, 16, 32 }.Index()) file.Read($"norm.batch{number}").CopyTo(pool.Rows(start, number < 2 ? 16 : 8));
        Assert.Equal(expected, 4 / SourceStatistics.Moments(new PoolSource(pool, 8), 5).Norm, 1e-6); // its norms are summed in f32
    }

    [Fact]
    public void Of_points_on_a_line_the_median_is_the_middle_one_and_the_moments_are_plain()
    {
        var source = new PoolSource(Tensor.Of<float>([1, 0, 2, 0, 3, 0, 10, 0, 100, 0], 5, 2), 5);
        var moments = SourceStatistics.Moments(source, 1);
        Assert.Equal([23.2, 0], moments.Mean);
        Assert.Equal((23.2, (1 + 4 + 9 + 100 + 10_000) / 5.0), (moments.Norm, moments.SquaredNorm));
        Assert.Equal(3, SourceStatistics.GeometricMedian(source, 1, tolerance: 0)[0], 0.2);
        var (_, covariance) = SourceStatistics.Covariance(source, 1, Reference.Instance);
        Assert.Equal((10_114 - 5 * 23.2 * 23.2) / 4, covariance.Row<double>(0)[0], 1e-9);
        Assert.Equal(0, covariance.Row<double>(1)[1]);
    }

    private static SafetensorsFile Pieces()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return SafetensorsFile.Open(SharedFiles.At("golden", "saes", "training", "pieces.safetensors"));
    }

    private static void RequireClose(Tensor expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Length);
        for (var i = 0; i < actual.Length; i++) Assert.Equal(expected.Read(i), actual[i], tolerance);
    }
}
