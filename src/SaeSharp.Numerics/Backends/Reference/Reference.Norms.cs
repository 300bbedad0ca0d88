namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void RmsNormCore(Tensor x, Tensor? gain, double epsilon, Tensor y)
    {
        var g = ReadAll(gain);
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Read(x, row);
            var inverse = InverseRootMeanSquare(v, epsilon);
            for (var i = 0; i < v.Length; i++) v[i] *= inverse * (gain is null ? 1 : g[i]);
            Write(y, row, v);
        }
    }

    protected override void RmsNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain)
    {
        var g = ReadAll(gain);
        var gainGradient = new double[x.Columns];
        for (var row = 0; row < x.RowCount; row++)
        {
            var unit = Read(x, row);
            var d = Read(dy, row);
            var inverse = InverseRootMeanSquare(unit, epsilon);
            for (var i = 0; i < d.Length; i++)
            {
                unit[i] *= inverse;
                gainGradient[i] += d[i] * unit[i];
                if (gain is not null) d[i] *= g[i];
            }
            var along = Dot(d, unit) / d.Length;
            for (var i = 0; i < d.Length; i++) d[i] = inverse * (d[i] - along * unit[i]);
            Write(dx, row, d);
        }
        if (dGain is not null) AddTo(dGain, gainGradient);
    }

    protected override void LayerNormCore(Tensor x, Tensor? gain, Tensor? bias, double epsilon, Tensor y)
    {
        var g = ReadAll(gain);
        var b = ReadAll(bias);
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Centred(Read(x, row));
            var inverse = InverseRootMeanSquare(v, epsilon);
            for (var i = 0; i < v.Length; i++) v[i] = v[i] * inverse * (gain is null ? 1 : g[i]) + (bias is null ? 0 : b[i]);
            Write(y, row, v);
        }
    }

    protected override void LayerNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias)
    {
        var g = ReadAll(gain);
        var gainGradient = new double[x.Columns];
        var biasGradient = new double[x.Columns];
        for (var row = 0; row < x.RowCount; row++)
        {
            var unit = Centred(Read(x, row));
            var d = Read(dy, row);
            var inverse = InverseRootMeanSquare(unit, epsilon);
            for (var i = 0; i < d.Length; i++)
            {
                unit[i] *= inverse;
                gainGradient[i] += d[i] * unit[i];
                biasGradient[i] += d[i];
                if (gain is not null) d[i] *= g[i];
            }
            var along = Dot(d, unit) / d.Length;
            d = Centred(d);
            for (var i = 0; i < d.Length; i++) d[i] = inverse * (d[i] - along * unit[i]);
            Write(dx, row, d);
        }
        if (dGain is not null) AddTo(dGain, gainGradient);
        if (dBias is not null) AddTo(dBias, biasGradient);
    }

    protected override void SoftmaxCore(Tensor x, Tensor y)
    {
        for (var row = 0; row < x.RowCount; row++) Write(y, row, Softmax(Read(x, row)));
    }

    protected override void SoftmaxBackwardCore(Tensor y, Tensor dy, Tensor dx)
    {
        for (var row = 0; row < y.RowCount; row++)
        {
            var p = Read(y, row);
            var d = Read(dy, row);
            var mean = Dot(p, d);
            for (var i = 0; i < p.Length; i++) d[i] = p[i] * (d[i] - mean);
            Write(dx, row, d);
        }
    }

    private static double InverseRootMeanSquare(double[] v, double epsilon) => 1 / Math.Sqrt(Dot(v, v) / v.Length + epsilon);

    private static double[] Centred(double[] v)
    {
        var mean = v.Sum() / v.Length;
        return [.. v.Select(number => number - mean)];
    }

    private static double[] Softmax(double[] scores)
    {
        var largest = Largest(scores);
        var weights = Array.ConvertAll(scores, score => Math.Exp(score - largest));
        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / sum);
    }

    /// <summary>The largest number, NaN where one is; −∞ of nothing.</summary>
    private static double Largest(double[] v) => v.Aggregate(double.NegativeInfinity, Math.Max);
}
