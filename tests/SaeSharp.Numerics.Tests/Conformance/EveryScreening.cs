using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>Screening in 8-bit integers changes no bit of what an encoder chooses.</summary>
public sealed class EveryScreening
{
    private const int Rows = 100;

    public static TheoryData<string, double, double> Problems
    {
        get
        {
            var data = new TheoryData<string, double, double>();
            foreach (var path in new[] { nameof(CpuPath.Avx512), nameof(CpuPath.Avx2) })
                foreach (var (sizeOfX, sizeOfW) in new[] { (1.0, 1.0), (1e-20, 1e-3), (1e-38, 1), (1e14, 1e3), (30, 1e-40) })
                    data.Add(path, sizeOfX, sizeOfW);
            return data;
        }
    }

    [Theory, MemberData(nameof(Problems))]
    public void Chosen_latents_and_their_values_are_those_of_the_f32_kernel(string path, double sizeOfX, double sizeOfW)
    {
        var (plain, screened) = Backends(path);
        for (var seed = 0; seed < 4; seed++)
        {
            var draw = new Draw(seed, DType.F32, 2000);
            var (dIn, dSae, k) = (1 + draw.Below(500), 1 + draw.Below(800), 1 + draw.Below(40));
            var (x, w) = (Activations(draw, Rows, dIn, sizeOfX), Scaled(draw, dSae, dIn, sizeOfW));
            var (bias, scale) = (Scaled(draw, dSae, 1, sizeOfX * sizeOfW).Reshape(dSae), draw.Coin() ? draw.Positives(dSae) : null);
            Require(plain, screened, x, w, bias, scale, k, $"seed {seed}, {dIn} × {dSae}, k {k}");
        }
    }

    [Fact]
    public void Latents_that_are_nearly_one_another_are_told_apart()
    {
        var (plain, screened) = Backends(nameof(CpuPath.Avx2));
        var draw = new Draw(1, DType.F32, 100);
        const int DIn = 200, DSae = 640;
        var w = draw.Normals(DSae, DIn);
        for (var f = 1; f < DSae; f++) // equal but for the last bits: ties and near ties everywhere
            for (var i = 0; i < DIn; i++) w.Row<float>(f)[i] = w.Row<float>(0)[i] * (1 + (f % 3) * 1e-7f);
        Require(plain, screened, Activations(draw, Rows, DIn, 1), w, Tensor.Zeros(DType.F32, DSae), null, 16, "near ties");
    }

    [Fact]
    public void Rows_that_could_not_be_screened_turn_it_off_for_a_while_and_never_show()
    {
        var (plain, screened) = Backends(nameof(CpuPath.Avx2));
        var draw = new Draw(2, DType.F32, 100);
        var (w, same) = (draw.Normals(1500, 64), Tensor.Zeros(DType.F32, 1500, 64));
        for (var f = 0; f < 1500; f++) w.Rows(0, 1).CopyTo(same.Rows(f, 1));
        var (x, bias, encoder) = (draw.Normals(20, 64), Tensor.Zeros(DType.F32, 1500), PackedMatrix.ForEncoder(screened, DType.F32, 64, 1500));
        for (var step = 0; step < 530; step++)
        {
            var matrix = step is 1 or 2 ? same : w;
            screened.Pack(matrix, Transpose.B, encoder);
            Assert.Equal(step is < 2 or >= 512, encoder.Screen!.Trial.IsScreened);
            Require(Encode(plain, PackedMatrix.Of(matrix, Transpose.B), x, bias, null, 1), Encode(screened, encoder, x, bias, null, 1), $"step {step}");
        }
    }

    private static (Backend Plain, Backend Screened) Backends(string path)
    {
        var cpu = Enum.Parse<CpuPath>(path);
        Assert.SkipUnless(cpu.IsSupported(), $"This processor lacks the path {path}.");
        return (CpuBackend.Create(1, cpu, Screening.Off), CpuBackend.Create(2, cpu, Screening.On));
    }

    private static void Require(Backend plain, Backend screened, Tensor x, Tensor w, Tensor bias, Tensor? scale, int k, string label)
    {
        var encoder = PackedMatrix.ForEncoder(screened, DType.F32, w.Columns, w.RowCount);
        screened.Pack(w, Transpose.B, encoder);
        Require(Encode(plain, PackedMatrix.Of(w, Transpose.B), x, bias, scale, k), Encode(screened, encoder, x, bias, scale, k), label);
    }

    private static void Require((Tensor Values, Tensor Indices) expected, (Tensor Values, Tensor Indices) actual, string label)
    {
        Assert.True(Tolerance.SameBits(expected.Indices, actual.Indices), $"{label}: other latents");
        Assert.True(Tolerance.SameBits(expected.Values, actual.Values), $"{label}: other values");
    }

    private static (Tensor Values, Tensor Indices) Encode(Backend backend, PackedMatrix encoder, Tensor x, Tensor bias, Tensor? scale, int k)
    {
        var (values, indices) = (Tensor.Zeros(DType.F32, x.RowCount, k), Tensor.Zeros(DType.I32, x.RowCount, k));
        backend.EncodeTopK(x, encoder, bias, scale, values, indices);
        return (values, indices);
    }

    /// <summary>Rows of every kind: spread, of one large number, all zero.</summary>
    private static Tensor Activations(Draw draw, int rows, int dIn, double size)
    {
        var x = Scaled(draw, rows, dIn, size);
        for (var row = 0; row < rows; row++)
        {
            if (row % 7 == 3) x.Row<float>(row)[draw.Below(dIn)] *= 1000;
            if (row % 31 == 5) x.Row<float>(row).Clear();
        }
        return x;
    }

    private static Tensor Scaled(Draw draw, int rows, int columns, double size) => draw.Fill(DType.F32, [rows, columns], () => size * draw.Normal());
}
