namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The complementary error function, to the last digits of a double.</summary>
/// <remarks>W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969): three rational forms, coefficients as published.</remarks>
public static class ErrorFunction
{
    private static readonly double[] A = [3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3, 1.85777706184603153e-1];
    private static readonly double[] B = [2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];

    private static readonly double[] C =
    [
        5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
        1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3, 2.15311535474403846e-8,
    ];

    private static readonly double[] D =
    [
        1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
        4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
    ];

    private static readonly double[] P = [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];
    private static readonly double[] Q = [2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>erfc(x) = 1 − erf(x) = 2/√π ∫ₓ^∞ e^(−t²) dt.</summary>
    public static double Complement(double x)
    {
        var y = Math.Abs(x);
        if (y <= 0.46875)
        {
            var square = y * y;
            double top = A[4] * square, bottom = square;
            for (var i = 0; i < 3; i++) (top, bottom) = ((top + A[i]) * square, (bottom + B[i]) * square);
            return 1 - x * (top + A[3]) / (bottom + B[3]);
        }
        double tail;
        if (double.IsNaN(x)) return x;
        if (y <= 4)
        {
            double top = C[8] * y, bottom = y;
            for (var i = 0; i < 7; i++) (top, bottom) = ((top + C[i]) * y, (bottom + D[i]) * y);
            tail = (top + C[7]) / (bottom + D[7]);
        }
        else if (y > 27)
        {
            return x < 0 ? 2 : 0;
        }
        else
        {
            var inverse = 1 / (y * y);
            double top = P[5] * inverse, bottom = inverse;
            for (var i = 0; i < 4; i++) (top, bottom) = ((top + P[i]) * inverse, (bottom + Q[i]) * inverse);
            tail = (1 / Math.Sqrt(Math.PI) - inverse * (top + P[4]) / (bottom + Q[4])) / y;
        }
        // e^(−y²) in two factors, so that rounding y² costs nothing.
        var rounded = Math.Truncate(y * 16) / 16;
        tail *= Math.Exp(-rounded * rounded) * Math.Exp(-(y - rounded) * (y + rounded));
        return x < 0 ? 2 - tail : tail;
    }
}
