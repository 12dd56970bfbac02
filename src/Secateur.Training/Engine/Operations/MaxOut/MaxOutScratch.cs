using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.MaxOut;

/// <summary>The channels of a max-out in scratch memory.</summary>
internal static unsafe class MaxOutScratch
{
    /// <summary>Floats from one channel to the next.</summary>
    public static int Stride(StoredMap output) => output.PlaneStride + 64;

    /// <summary>Loads all channels of an image.</summary>
    public static void Load(EngineContext context, ViewSource[] sources, StoredMap output, float* memory, int image, float* scratch)
    {
        foreach (var source in sources)
        {
            var view = source.View.Coefficients(memory, context.Parameters.Values, source.Channel);
            Pointwise.Apply(context.Level, source.Plane(memory, image), scratch, PlaneRows.Line(output.Positions), view);
            scratch += Stride(output);
        }
    }

    /// <summary>result = the greatest of all channels but the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Greatest(float* scratch, int channels, int stride, float* result, int count)
    {
        var p = 0;
        for (; p + Vector256<float>.Count <= count; p += Vector256<float>.Count)
        {
            var greatest = Vector256.Load(scratch + p);
            for (var c = 1; c < channels - 1; c++)
            {
                var value = Vector256.Load(scratch + ((nint)c * stride) + p);
                greatest = Vector256.ConditionalSelect(Vector256.GreaterThan(value, greatest), value, greatest);
            }

            greatest.Store(result + p);
        }

        for (; p < count; p++)
        {
            var greatest = scratch[p];
            for (var c = 1; c < channels - 1; c++)
            {
                var value = scratch[((nint)c * stride) + p];
                greatest = value > greatest ? value : greatest;
            }

            result[p] = greatest;
        }
    }

    /// <summary>result = gradient where a channel is the first of the greatest, else 0; whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* scratch, int channels, int stride, int channel, float* gradient, float* result, int count)
    {
        for (var p = 0; p < count; p += Vector256<float>.Count)
        {
            var value = Vector256.Load(scratch + ((nint)channel * stride) + p);
            var lost = Vector256<float>.Zero;
            for (var c = 0; c < channels - 1; c++)
            {
                var other = Vector256.Load(scratch + ((nint)c * stride) + p);
                if (c < channel) lost |= Vector256.GreaterThanOrEqual(other, value);
                else if (c > channel) lost |= Vector256.GreaterThan(other, value);
            }

            Vector256.AndNot(Vector256.Load(gradient + p), lost).Store(result + p);
        }
    }
}
