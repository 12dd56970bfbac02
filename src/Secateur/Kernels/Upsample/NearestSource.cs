namespace Secateur.Kernels.Upsample;

/// <summary>Which input pixel an output pixel of a nearest upsampling copies.</summary>
internal static class NearestSource
{
    /// <summary>The source of output pixel <paramref name="index"/> along one axis, in the float32 arithmetic of the frameworks.</summary>
    public static int Of(int index, int inputSize, int outputSize) => Math.Min((int)(index * ((float)inputSize / outputSize)), inputSize - 1);
}
