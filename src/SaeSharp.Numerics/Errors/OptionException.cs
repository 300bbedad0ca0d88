using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace SaeSharp;

/// <summary>An option lies outside its range.</summary>
public sealed class OptionException : SaeSharpException
{
    private OptionException(string message, string hint) : base(message, hint) { }

    /// <summary>An option whose value has no meaning here; <paramref name="hint"/> says what to give instead.</summary>
    public static OptionException Invalid(string message, string hint) => new(message, hint);

    /// <summary>Returns <paramref name="value"/>, or throws unless it is above 0.</summary>
    public static T Positive<T>(T value, [CallerMemberName] string option = "") where T : INumber<T> =>
        value > T.Zero ? value : throw OutOfRange(option, value, "a number above 0");

    /// <summary>Returns <paramref name="value"/>, or throws unless it is 0 or more.</summary>
    public static T NotNegative<T>(T value, [CallerMemberName] string option = "") where T : INumber<T> =>
        value >= T.Zero ? value : throw OutOfRange(option, value, "0 or more");

    /// <summary>Returns <paramref name="value"/>, or throws unless it lies in [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public static T InRange<T>(T value, T low, T high, [CallerMemberName] string option = "") where T : INumber<T> =>
        value >= low && value <= high ? value : throw OutOfRange(option, value, $"a number from {Text(low)} to {Text(high)}");

    private static OptionException OutOfRange<T>(string option, T value, string expected) where T : INumber<T> => new(
        $"{option} is {Text(value)}, expected {expected}.",
        $"Leave {option} out to get its default.");

    private static string Text<T>(T value) where T : INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
