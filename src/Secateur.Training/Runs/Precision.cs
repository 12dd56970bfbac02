namespace Secateur.Training.Runs;

/// <summary>How convolutions multiply in training; sums are in float32 always.</summary>
public enum Precision
{
    /// <summary>In float32.</summary>
    Fp32,

    /// <summary>On tensor cores where layers are wide enough and the device has them: factors are rounded to ten bits of mantissa. Elsewhere as <see cref="Fp32"/>.</summary>
    Tf32,
}
