using System.Runtime.CompilerServices;
using Secateur.Graph;

namespace Secateur.Gpu.Kernels;

/// <summary>What the factors of a weighted fusion are made of: w = relu / normal, factor = w / total.</summary>
internal struct FusionParts
{
    public double A;
    public double B;
    public double Normal;
    public double Total;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FusionParts Of(float first, float second)
    {
        FusionParts parts;
        parts.A = Math.Max(first, 0);
        parts.B = Math.Max(second, 0);
        parts.Normal = parts.A + parts.B + WeightedFusionNode.Epsilon;
        parts.Total = ((parts.A + parts.B) / parts.Normal) + WeightedFusionNode.Epsilon;
        return parts;
    }
}
