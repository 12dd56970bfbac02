namespace Secateur.Kernels.Conv2d;

/// <summary>
/// The Winograd transform F(4, 3) along one axis: four neighbouring outputs of a convolution with three taps from six products instead of twelve.
/// The outputs are the coefficients of a product of polynomials that is known by its values at the points 0, +-<see cref="A"/>, +-<see cref="B"/>
/// and infinity. The points are chosen for the smallest rounding error among those that are exact in few bits.
/// </summary>
internal static class WinogradPoints
{
    /// <summary>Outputs that a transform yields.</summary>
    public const int Outputs = 4;

    /// <summary>Taps of the convolution.</summary>
    public const int Taps = 3;

    /// <summary>Inputs under the outputs, and products.</summary>
    public const int Inputs = Outputs + Taps - 1;

    /// <summary>The inner pair of points.</summary>
    public const float A = 0.75f;

    /// <summary>The outer pair of points.</summary>
    public const float B = 1.5f;

    private static readonly double[] Finite = [0, A, -A, B, -B];

    /// <summary>Transforms the taps [<see cref="Taps"/>] into the factors [<see cref="Inputs"/>]: their polynomial at each point.</summary>
    public static double[] Factors(ReadOnlySpan<float> taps)
    {
        var factors = new double[Inputs];
        for (var e = 0; e < Finite.Length; e++)
        {
            var x = Finite[e];
            var scale = 1.0;
            foreach (var other in Finite)
            {
                if (other != x) scale *= x - other;
            }

            factors[e] = (taps[0] + (x * (taps[1] + (x * taps[2])))) / scale;
        }

        factors[^1] = taps[2];
        return factors;
    }
}
