using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>The backends that models are tested on. A new one is one line here.</summary>
internal static class Engines
{
    private static readonly Dictionary<string, Backend> All = new()
    {
        ["reference"] = Numerics.Backends.Reference.Instance,
        ["cpu, 1 thread"] = CpuBackend.Create(1),
        ["cpu, 2 threads"] = CpuBackend.Create(2),
        ["cpu, 128-bit"] = CpuBackend.Create(1, CpuPath.Portable),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static string Fast => "cpu, 2 threads";

    public static Backend Get(string name) => All[name];
}
