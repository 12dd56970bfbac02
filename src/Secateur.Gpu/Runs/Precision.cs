namespace Secateur.Gpu.Runs;

/// <summary>How convolutions multiply; sums are in float32 always.</summary>
public enum Precision
{
    /// <summary>In float32.</summary>
    Fp32,

    /// <summary>On tensor cores where layers are wide enough: factors are rounded to ten bits of mantissa.</summary>
    Tf32,
}
