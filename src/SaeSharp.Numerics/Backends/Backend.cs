using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends;

/// <summary>The op set: every operation the models and SAEs are made of, as coarse steps that write into tensors the caller owns.</summary>
/// <remarks>
/// Public methods check types and shapes, then call one abstract method. The last arguments are written; an output may be an input only where that is said.
/// Two laws hold for every backend, and the conformance suite checks them: the result does not depend on the number of threads, and a row's result does not
/// depend on the rows beside it (their number, padding, cache or batch). Ops take f32 or f64 throughout; weights may be bf16 or f16.
/// The ops stand in one file per topic: LinearAlgebra, Elementwise, Norms, Attention, LinearAttention, Tokens, Sparse, Ragged, Optimisers.
/// </remarks>
public abstract partial class Backend
{
    /// <summary>Short name, shown by <c>sae info</c> and the benchmarks: <c>reference</c>, <c>cpu/avx512</c> …</summary>
    public abstract string Name { get; }

    /// <summary>How many threads an operation may use.</summary>
    public abstract int Threads { get; }

    /// <summary>How encoders of this size are screened in 8-bit integers.</summary>
    internal virtual Screening ScreeningOf(int dIn, int dSae) => Screening.Off;

    /// <summary>Runs parts 0 … <paramref name="parts"/> − 1 of a job on this backend's threads: for element-wise work that only one caller has, and that is therefore no op.</summary>
    /// <remarks>What a part writes must not depend on another part, so that the number of threads changes no bit. Allocates nothing.</remarks>
    public virtual void Run<TJob>(int parts, ref TJob job) where TJob : struct, IJob
    {
        for (var part = 0; part < parts; part++) job.Run(part);
    }

    private static void RequireFloat(Tensor tensor, string what)
    {
        if (tensor.DType is not (DType.F32 or DType.F64)) throw ShapeException.WrongType(what, DType.F32, tensor.DType);
    }
}
