namespace Secateur.Kernels.Upsample;

/// <summary>Where an output pixel of a bilinear upsampling lies between two input pixels: (1 - T) * Low + T * High.</summary>
internal readonly record struct BilinearTap(int Low, int High, float T)
{
    /// <summary>Corners not aligned: source (index + 0.5) * inputSize / outputSize - 0.5, not below 0.</summary>
    public static BilinearTap At(int index, int inputSize, int outputSize)
    {
        var source = Math.Max(((index + 0.5f) * ((float)inputSize / outputSize)) - 0.5f, 0);
        var low = Math.Min((int)source, inputSize - 1);
        return new BilinearTap(low, Math.Min(low + 1, inputSize - 1), source - low);
    }
}
