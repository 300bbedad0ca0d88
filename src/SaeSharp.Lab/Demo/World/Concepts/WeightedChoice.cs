namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>Shares in whole numbers, and the log-probability of each.</summary>
internal sealed class WeightedChoice
{
    private readonly int[] _of; // the choice that each number below Total falls to

    /// <param name="weights">Shares from 0 on.</param>
    public WeightedChoice(params IReadOnlyList<int> weights)
    {
        _of = [.. weights.SelectMany((weight, index) => Enumerable.Repeat(index, weight))];
        if (_of.Length == 0) throw new InvalidDataException("A choice has no alternative.");
        LogP = [.. weights.Select(weight => Math.Log((double)weight / _of.Length))];
    }

    public int Total => _of.Length;

    public double[] LogP { get; }

    public int At(int number) => _of[number];
}
