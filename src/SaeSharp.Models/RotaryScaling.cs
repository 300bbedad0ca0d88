namespace SaeSharp.Models;

/// <summary>How rotary frequencies are stretched so that a model reads further than it was trained. Mirrors huggingface/transformers <c>modeling_rope_utils.py</c>.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling() { }

    /// <summary>
    /// Tells lengths apart that have different frequencies: equal numbers mean equal ones. Most scalings have one for all; where there are more, a row depends on
    /// how long its sequence is at that run, and keys cached before stay rotated as they were.
    /// </summary>
    public abstract int Regime(int length);

    /// <summary>Radians a position of each pair i.</summary>
    /// <param name="theta">The unscaled base.</param>
    /// <param name="width">Rotated numbers of a head.</param>
    /// <param name="length">Positions of the sequence.</param>
    public abstract double[] Frequencies(double theta, int width, int length);

    /// <summary>Factor on cosine and sine, so on queries and keys.</summary>
    public abstract double Magnitude { get; }

    /// <summary>Whether keys that were cached at one length are of no use at another.</summary>
    public abstract bool OutgrowsCache(int before, int after);

    /// <summary>θ^(−2i/width).</summary>
    private static double[] Plain(double theta, int width)
    {
        var frequencies = new double[width / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(theta, -2.0 * i / width);
        return frequencies;
    }

    /// <summary>Frequencies that depend on no length.</summary>
    public abstract record Fixed : RotaryScaling
    {
        public sealed override int Regime(int length) => 0;

        public sealed override bool OutgrowsCache(int before, int after) => false;
    }

    public sealed record None : Fixed
    {
        public override double Magnitude => 1;

        public override double[] Frequencies(double theta, int width, int length) => Plain(theta, width);
    }

    /// <summary>Every frequency divided by a factor (arXiv:2306.15595).</summary>
    public sealed record Linear(double Factor) : Fixed
    {
        public override double Magnitude => 1;

        public override double[] Frequencies(double theta, int width, int length) => Array.ConvertAll(Plain(theta, width), frequency => frequency / Factor);
    }

    /// <summary>Long waves divided by a factor, short ones kept, those between blended (Llama 3.1, arXiv:2407.21783).</summary>
    public sealed record Llama3(double Factor, double LowFactor, double HighFactor, double Trained) : Fixed
    {
        public override double Magnitude => 1;

        public override double[] Frequencies(double theta, int width, int length) => Array.ConvertAll(Plain(theta, width), frequency =>
        {
            var waves = Trained * frequency / (2 * Math.PI); // in the trained context
            var kept = Math.Clamp((waves - LowFactor) / (HighFactor - LowFactor), 0, 1);
            return (1 - kept) * frequency / Factor + kept * frequency;
        });
    }

    /// <summary>YaRN: pairs that turn often in the trained context are kept, those that turn seldom divided by a factor, between them a ramp (arXiv:2309.00071).</summary>
    /// <param name="Factor">How much further the model shall read.</param>
    /// <param name="Trained">Positions of the trained context.</param>
    /// <param name="Fast">Turns from which on a pair is kept.</param>
    /// <param name="Slow">Turns up to which a pair is divided.</param>
    /// <param name="Truncate">Whether the ramp starts and ends at whole pairs.</param>
    /// <param name="Magnitude">Factor on cosine and sine.</param>
    public sealed record Yarn(double Factor, double Trained, double Fast, double Slow, bool Truncate, double Magnitude) : Fixed
    {
        public override double Magnitude { get; } = Magnitude;

        public override double[] Frequencies(double theta, int width, int length)
        {
            var (low, high) = (PairThatTurns(Fast, theta, width), PairThatTurns(Slow, theta, width));
            if (Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
            (low, high) = (Math.Max(low, 0), Math.Min(high, width - 1));
            if (low == high) high += 0.001;
            var frequencies = Plain(theta, width);
            for (var i = 0; i < frequencies.Length; i++)
            {
                var divided = Math.Clamp((i - low) / (high - low), 0, 1);
                frequencies[i] = frequencies[i] / Factor * divided + frequencies[i] * (1 - divided);
            }
            return frequencies;
        }

        private double PairThatTurns(double times, double theta, int width) => width * Math.Log(Trained / (times * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    /// <summary>The base grows with the sequence once it is longer than the trained context ("dynamic NTK").</summary>
    /// <remarks>A decoding step rotates its new key by the length at that step, as transformers does; so beyond the trained context a cached run is not the whole run.</remarks>
    public sealed record Dynamic(double Factor, int Trained) : RotaryScaling
    {
        public override double Magnitude => 1;

        public override int Regime(int length) => Math.Max(0, length - Trained);

        public override bool OutgrowsCache(int before, int after) => false;

        public override double[] Frequencies(double theta, int width, int length)
        {
            var stretch = Factor * Math.Max(length, Trained) / Trained - (Factor - 1);
            return Plain(theta * Math.Pow(stretch, width / (width - 2.0)), width);
        }
    }

    /// <summary>A divisor for each pair: one list up to the trained context, another for every position of a longer sequence (arXiv:2402.13753).</summary>
    /// <remarks>Keys cached before a sequence outgrows the trained context are of no use after: the sequence is run again, as transformers' <c>generate</c> does.</remarks>
    public sealed record LongRope(IReadOnlyList<double> Short, IReadOnlyList<double> Long, int Trained, double Magnitude) : RotaryScaling
    {
        public override double Magnitude { get; } = Magnitude;

        public override int Regime(int length) => length > Trained ? 1 : 0;

        public override bool OutgrowsCache(int before, int after) => before > 0 && Regime(before) != Regime(after);

        public override double[] Frequencies(double theta, int width, int length)
        {
            var divisors = Regime(length) == 0 ? Short : Long;
            var frequencies = Plain(theta, width);
            for (var i = 0; i < frequencies.Length; i++) frequencies[i] /= divisors[i];
            return frequencies;
        }
    }
}
