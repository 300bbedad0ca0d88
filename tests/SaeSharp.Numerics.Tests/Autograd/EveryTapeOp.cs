using System.Reflection;
using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Tests.Conformance;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>The gradient of every op of the tape is the slope that central differences in f64 find.</summary>
public sealed class EveryTapeOp
{
    private const int Draws = 40;
    private const int Largest = 6;

    public static TheoryData<string> Ops =>
    [
        .. typeof(Tape).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(MakesVariable).Select(method => method.Name).Distinct(),
    ];

    [Theory, MemberData(nameof(Ops))]
    public void A_gradient_is_the_slope_that_differences_find(string op)
    {
        Assert.True(TapeOps.Checks.TryGetValue(op, out var check), $"Tape.{op} has no gradient check: add one to TapeOps.Checks.");
        for (var seed = 0; seed < Draws; seed++)
        {
            var draw = new Draw(seed, DType.F64, Largest);
            check(draw).Require(draw, $"{op}, seed {seed}");
        }
    }

    private static bool MakesVariable(MethodInfo method) =>
        method.ReturnType == typeof(Variable) || method.ReturnType.GenericTypeArguments.Contains(typeof(Variable));
}
