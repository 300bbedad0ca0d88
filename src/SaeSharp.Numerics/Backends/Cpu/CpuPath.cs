using System.Runtime.Intrinsics.X86;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Which instructions the CPU backend uses. Chosen once per process; tests force each.</summary>
public enum CpuPath
{
    /// <summary>The best the machine has.</summary>
    Auto,
    /// <summary>512-bit vectors.</summary>
    Avx512,
    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,
    /// <summary>128-bit vectors: ARM, and x86 without AVX2.</summary>
    Portable,
}

/// <summary>What this machine can run.</summary>
public static class CpuPaths
{
    /// <summary>Whether the machine has the instructions; the portable path always runs.</summary>
    public static bool IsSupported(this CpuPath path) => path switch
    {
        CpuPath.Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported,
        CpuPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    /// <summary>The path itself, or for <see cref="CpuPath.Auto"/> the best supported one.</summary>
    public static CpuPath Resolve(this CpuPath path)
    {
        if (path == CpuPath.Auto) return CpuPath.Avx512.IsSupported() ? CpuPath.Avx512 : CpuPath.Avx2.IsSupported() ? CpuPath.Avx2 : CpuPath.Portable;
        return path.IsSupported() ? path : throw OptionException.Invalid($"This machine has no {path} instructions.", "Use CpuPath.Auto.");
    }
}
