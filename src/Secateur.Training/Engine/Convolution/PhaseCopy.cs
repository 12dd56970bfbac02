namespace Secateur.Training.Engine.Convolution;

/// <summary>Every stride-th element of a row to a row of its own, and back.</summary>
internal static unsafe class PhaseCopy
{
    /// <summary>target[i] = source[stride * i].</summary>
    public static void Gather(float* source, float* target, int count, int stride)
    {
        for (var i = 0; i < count; i++) target[i] = source[(nint)stride * i];
    }

    /// <summary>target[stride * i] = source[i], or += it.</summary>
    public static void Scatter(float* source, float* target, int count, int stride, bool accumulate)
    {
        if (accumulate)
        {
            for (var i = 0; i < count; i++) target[(nint)stride * i] += source[i];
        }
        else
        {
            for (var i = 0; i < count; i++) target[(nint)stride * i] = source[i];
        }
    }
}
