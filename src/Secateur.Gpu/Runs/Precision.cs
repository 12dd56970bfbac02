namespace Secateur.Gpu.Runs;

/// <summary>How precisely convolutions multiply in training.</summary>
public enum Precision
{
    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>Products of factors with 10 bits behind the point, summed in 32-bit floats: for CUDA devices.</summary>
    Tf32,
}
