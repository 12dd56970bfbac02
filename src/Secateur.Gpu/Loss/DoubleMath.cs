using ILGPU;

namespace Secateur.Gpu.Loss;

/// <summary>
/// Exponential and logarithm in double precision, which CUDA devices have only as a library for C. Right to some units of the last place. What is
/// no number is asked for by name: comparisons with it come out one way or the other, depending on the device's compiler.
/// </summary>
internal static class DoubleMath
{
    private const double Log2E = 1.4426950408889634;

    // ln 2 in two pieces: the high one has zeros at its end, so that its small multiples are exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfSqrt2 = 0.70710678118654752;

    // Below, results are no normal numbers; for losses they are zero.
    private const double LeastExponent = -708;
    private const double Greatest = double.MaxValue;

    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const ulong MantissaMask = (1UL << MantissaBits) - 1;

    /// <summary>The exponential of what is not above zero.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x < LeastExponent) return 0;
        var power = (int)((x * Log2E) - 0.5);
        var rest = x - (power * Ln2High) - (power * Ln2Low);
        var sum = 1.0;
        for (var i = 14; i > 0; i--) sum = 1 + (sum * rest / i);
        return sum * Interop.IntAsFloat((ulong)(power + ExponentBias) << MantissaBits);
    }

    /// <summary>The natural logarithm of zero or a normal positive number.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x > Greatest) return x;
        if (x == 0) return double.NegativeInfinity;
        var bits = Interop.FloatAsInt(x);
        var power = (int)(bits >> MantissaBits) - ExponentBias + 1;
        var mantissa = Interop.IntAsFloat((bits & MantissaMask) | ((ulong)(ExponentBias - 1) << MantissaBits));
        if (mantissa < HalfSqrt2)
        {
            mantissa *= 2;
            power--;
        }

        // 2 artanh((m - 1) / (m + 1)) as a series; the argument is at most 0.172.
        var ratio = (mantissa - 1) / (mantissa + 1);
        var square = ratio * ratio;
        var sum = 1.0 / 23;
        for (var i = 21; i > 0; i -= 2) sum = (1.0 / i) + (sum * square);
        return (power * Ln2High) + ((power * Ln2Low) + (2 * ratio * sum));
    }
}
