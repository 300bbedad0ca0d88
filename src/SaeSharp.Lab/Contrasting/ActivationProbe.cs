using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>The rival of all features of a layer: what a line through its activations tells.</summary>
internal static class ActivationProbe
{
    public static ContrastProbe Of(PooledLayer layer, PromptSplit split, double c)
    {
        var width = layer.Sae.Sae.DIn;
        var training = PromptSplit.Members(split.Choosing);
        var size = Math.Sqrt(training.Average(prompt => SquaresOf(layer.ActivationsOf(prompt))) / width);
        var (rows, row) = (new ProbeRows(width), new double[width]);
        for (var prompt = 0; prompt < split.Count; prompt++)
        {
            var x = layer.ActivationsOf(prompt);
            for (var i = 0; i < width; i++) row[i] = size > 0 ? x[i] / size : 0; // numbers of size 1, so that the penalty means the same at every layer
            rows.Add(row);
        }
        var (learning, labels) = (rows.Of(training), training.Select(prompt => prompt < split.A).ToArray());
        var fitted = LogisticRegression.Fit(learning, labels, c).Scores(rows);
        var direction = learning.MeanDifferences(labels);
        double[] along = [.. Enumerable.Range(0, split.Count).Select(prompt => rows.Dot(prompt, direction))];
        return new(HeldOut.Accuracy(fitted, split), HeldOut.Auroc(fitted, split).Value, HeldOut.Auroc(along, split).Value);
    }

    private static double SquaresOf(ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        foreach (var value in x) sum += (double)value * value;
        return sum;
    }
}
