using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance.Cases;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>Matrix products of a thousand shapes on every backend: the kernels' blocks leave remainders in every combination.</summary>
public sealed class EveryProduct
{
    private const int Shapes = 1000;

    public static TheoryData<string> Backends => [.. Candidate.All.Select(candidate => candidate.Name)];

    [Theory, MemberData(nameof(Backends))]
    public void A_product_of_any_shape_is_what_the_reference_gives(string candidate)
    {
        var backend = Candidate.Named(candidate).Require();
        for (var seed = 0; seed < Shapes; seed++)
        {
            var draw = new Draw(seed, seed % 4 == 0 ? DType.F64 : DType.F32, largest: 48);
            // Now and then one long side, so that blocks along it are crossed.
            var sizes = new[] { draw.Size(), draw.Size(), draw.Size() };
            if (seed % 10 == 0) sizes[draw.Below(3)] = 500 + draw.Below(600);
            if (seed % 40 == 1) (sizes[0], sizes[2]) = (500 + draw.Below(100), 550 + draw.Below(500)); // an a too large to be read turned where it lies
            var (m, n, k) = (sizes[0], sizes[1], sizes[2]);
            var problem = draw.Coin() ? LinearAlgebraCases.Packed(draw, m, n, k) : LinearAlgebraCases.Product(draw, m, n, k);
            var (expected, actual) = (problem.Run(Reference.Instance)[0], problem.Run(backend)[0]);
            if (problem.Tolerance.Difference(expected, actual) is { } difference) Assert.Fail($"{backend.Name}: {m}×{n}×{k}, seed {seed}: {difference}.");
        }
    }

    [Theory, MemberData(nameof(Backends))]
    public void A_stored_weight_gives_the_bits_of_the_packed_one(string candidate)
    {
        var backend = Candidate.Named(candidate).Require();
        foreach (var (m, n, k) in new[] { (1, 300, 1700), (1, 31, 5), (5, 70, 1600), (13, 199, 769), (800, 65, 40), (2, 33, 9000) })
        {
            var draw = new Draw(m * n, DType.F32, 8);
            foreach (var type in new[] { DType.F32, DType.BF16, DType.F16 })
            {
                var (a, w) = (draw.Normals(m, k), draw.Normals(type, n, k));
                var (packed, stored) = (Tensor.Zeros(DType.F32, m, n), Tensor.Zeros(DType.F32, m, n));
                backend.MatMul(a, backend.Pack(w, Transpose.B), packed);
                backend.MatMulStored(a, w, stored);
                Assert.True(Tolerance.SameBits(packed, stored), $"{backend.Name}: {m}×{n}×{k} {type}");
            }
        }
    }
}
