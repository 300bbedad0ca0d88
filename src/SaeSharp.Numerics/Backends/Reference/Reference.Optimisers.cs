namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void AdamCore(Tensor parameter, Tensor gradient, Tensor mean, Tensor meanSquare, AdamStep step)
    {
        double beta1 = step.Beta1, beta2 = step.Beta2, rate = step.LearningRate;
        var correction1 = 1 - Math.Pow(beta1, step.Step);
        var correction2 = 1 - Math.Pow(beta2, step.Step);
        for (var i = 0L; i < parameter.Count; i++)
        {
            var g = gradient.Read(i) * step.GradientScale;
            var m = beta1 * mean.Read(i) + (1 - beta1) * g;
            var v = beta2 * meanSquare.Read(i) + (1 - beta2) * g * g;
            var p = parameter.Read(i) * (1 - rate * step.WeightDecay);
            parameter.Write(i, p - rate * (m / correction1) / (Math.Sqrt(v / correction2) + step.Epsilon));
            mean.Write(i, m);
            meanSquare.Write(i, v);
        }
    }

    protected override double SumOfSquaresCore(Tensor x)
    {
        var sum = 0.0;
        for (var i = 0L; i < x.Count; i++) sum += x.Read(i) * x.Read(i);
        return sum;
    }

    protected override void RowNormsCore(Tensor x, Tensor norms)
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Read(x, row);
            norms.Write(row, Math.Sqrt(Dot(v, v)));
        }
    }
}
