using System.Reflection;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance.Cases;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>How to draw a problem for one op.</summary>
/// <param name="Op">The op's name as <see cref="NameOf"/> writes it.</param>
/// <param name="Make">Draws one problem.</param>
public sealed record OpCase(string Op, Func<Draw, Problem> Make)
{
    /// <summary>Every case there is; an op may have several.</summary>
    public static IReadOnlyList<OpCase> All { get; } =
    [
        .. LinearAlgebraCases.All, .. ElementwiseCases.All, .. GatedCases.All, .. NormCases.All, .. AttentionCases.All, .. LinearAttentionCases.All,
        .. TokenCases.All, .. ExpertCases.All, .. SparseCases.All, .. RaggedCases.All, .. OptimiserCases.All,
    ];

    /// <summary>Every op of the op set.</summary>
    public static IReadOnlyList<string> Ops { get; } =
    [
        .. typeof(Backend).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method is { IsSpecialName: false, IsGenericMethod: false }).Select(NameOf),
    ];

    /// <summary>The method's name; those that take packed weights or ragged rows are told from their overloads by a word.</summary>
    private static string NameOf(MethodInfo method) =>
        Takes<SparseRows>(method) ? $"{method.Name} ragged" : Takes<PackedMatrix>(method) ? $"{method.Name} packed" : method.Name;

    private static bool Takes<T>(MethodInfo method) => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(T));
}
