using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>Codes one token of a prompt along the Lasso's path.</summary>
internal sealed class CodePathRun(CodePathRequest request, Shelves shelves)
{
    private const double LeastRatio = 1e-3;
    private static readonly double[] DescentRatios = [0.5, 0.2, 0.1, 0.05, 0.02];

    public CodePathResult Run(CancellationToken cancel)
    {
        var sae = new SaeDictionary(shelves.Saes.Get(request.Sae));
        var model = shelves.ModelFor(sae.Sae, request.Model);
        var prompt = model.Prompt(request);
        var position = request.Position ?? prompt.Ids.Length - 1;
        if ((uint)position >= (uint)prompt.Ids.Length)
            throw OptionException.Invalid($"The prompt has no token {position}: it has {prompt.Ids.Length}, numbered from 0.", "Choose a position in that range.");
        using var run = new LayerRun(model, [sae.Sae], prompt.Ids, new HookSet(), LogitRows.None);
        var x = run.At(sae.Sae).Rows(position, 1);                                                        // x    [1, dIn]
        var own = sae.Sae.Sae.Encode(x);
        var signal = sae.Signals(x, own);                                                                 // b    [1, dIn]
        var squares = Math.Pow(System.Numerics.Tensors.TensorPrimitives.Norm<float>(signal.Span<float>()), 2);
        cancel.ThrowIfCancellationRequested();
        var knots = new LarsPath(new() { Positive = true, LeastRatio = LeastRatio, MaxKnots = 4 * request.Most }).Knots(sae.Dictionary, signal)[0];
        var top = knots[0].Lambda!.Value;
        var greedy = new GreedyOptions { Count = Math.Min(request.Most, sae.Dictionary.Count), Positive = true, Precision = CodePrecision.F64 };
        var omp = new OrthogonalPursuit(greedy).Path(sae.Dictionary, signal)[0];
        var lipschitz = ProximalGradient.Lipschitz(sae.Dictionary);
        cancel.ThrowIfCancellationRequested();
        return new()
        {
            Model = model.Name, Sae = sae.Sae.Name, Tokens = model.Cells(prompt), Position = position, Norm = Math.Sqrt(squares), LambdaMax = top,
            SaeCode = SaeCode(sae, x, signal, squares),
            Lasso = [.. knots.TakeWhile(knot => knot.Indices.Length <= request.Most).Select(knot => Code(knot, squares, top))],
            Omp = [.. omp.Select(step => Code(step, squares, 0))],
            Descents = top > 0 ? [.. DescentRatios.Select(ratio => Descent(sae.Dictionary, signal, ratio, lipschitz))] : [],
        };
    }

    private static PathCode SaeCode(SaeDictionary sae, Tensor x, Tensor signal, double squares)
    {
        var codes = sae.Sae.Encode(x);
        int[] indices = codes.RowIndices(0).ToArray();
        double[] values = [.. codes.RowValues(0).ToArray().Select(value => (double)value)], b = [.. signal.Span<float>().ToArray().Select(value => (double)value)];
        var residual = new double[b.Length];
        sae.Dictionary.Residual(b, indices, values, residual);
        return new(null, squares > 0 ? residual.Sum(value => value * value) / squares : 0, null, [.. indices.Zip(values, (feature, value) => new PathFeature(feature, value))]);
    }

    private static PathCode Code(SparseAnswer answer, double squares, double top) => new(
        top > 0 ? answer.Lambda / top : null, squares > 0 ? answer.Residual * answer.Residual / squares : 0, answer.Objective, [.. answer.Indices.Zip(answer.Values, (feature, value) => new PathFeature(feature, value))]);

    private PathDescent Descent(AtomDictionary dictionary, Tensor signal, double ratio, double lipschitz)
    {
        double[] Trace(Momentum momentum) => new ProximalGradient(new() { LambdaRatio = ratio, Positive = true, Lipschitz = lipschitz, Steps = request.Steps, Momentum = momentum }).Trace(dictionary, signal)[0].Objectives;
        var least = new Lasso(new() { LambdaRatio = ratio, Positive = true, Precision = CodePrecision.F64 }).Solve(dictionary, signal)[0].Objective!.Value;
        return new(ratio, Trace(Momentum.None), Trace(Momentum.Restarted), least);
    }
}
