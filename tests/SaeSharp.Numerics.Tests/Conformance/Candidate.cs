using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>A backend under test: one code path with one number of threads.</summary>
/// <param name="Path">The code path; candidates of one path must agree to the bit.</param>
/// <param name="Threads">How many threads it uses.</param>
/// <param name="Supported">Whether this machine can run it; where not, its tests are skipped by name.</param>
/// <param name="Make">Makes it.</param>
/// <param name="IsScreened">Whether encoders made for it are screened in 8-bit integers.</param>
public sealed record Candidate(string Path, int Threads, bool Supported, Func<Backend> Make, bool IsScreened = false)
{
    /// <summary>Every backend and code path there is. A new one is one line.</summary>
    public static IReadOnlyList<Candidate> All { get; } =
    [
        new("reference", 1, true, () => Reference.Instance),
        Cpu(CpuPath.Avx512, 1), Cpu(CpuPath.Avx512, 2),
        Cpu(CpuPath.Avx2, 1), Cpu(CpuPath.Avx2, 2),
        Cpu(CpuPath.Portable, 1), Cpu(CpuPath.Portable, 2),
        Cpu(CpuPath.Avx512, 2, Screening.On), Cpu(CpuPath.Avx2, 1, Screening.On),
    ];

    private static Candidate Cpu(CpuPath path, int threads, Screening screening = Screening.Off) =>
        new($"cpu {path}", threads, path.IsSupported(), () => CpuBackend.Create(threads, path, screening), screening == Screening.On);

    private readonly Lazy<Backend> _backend = new(Make);

    public string Name => $"{Path} x{Threads}{(IsScreened ? " screened" : "")}";

    /// <summary>The backend, or a skipped test that says which path this machine lacks.</summary>
    public Backend Require()
    {
        Assert.SkipUnless(Supported, $"This processor lacks the path {Path}.");
        return _backend.Value;
    }

    public static Candidate Named(string name) => All.Single(candidate => candidate.Name == name);

    /// <summary>The candidate of the same path with the fewest threads, which does not screen.</summary>
    public Candidate Simplest() => All.Where(other => other.Path == Path && !other.IsScreened).MinBy(other => other.Threads)!;
}
