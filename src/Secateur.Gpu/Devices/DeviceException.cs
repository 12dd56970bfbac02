using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace Secateur.Gpu.Devices;

/// <summary>A device is not there, was lost, or has too little memory; the message says what to do.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : InvalidOperationException(message, inner)
{
    /// <summary>Does something on a device.</summary>
    /// <exception cref="DeviceException">It failed there.</exception>
    internal static T Guard<T>(GpuDevice device, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AcceleratorException error)
        {
            throw new DeviceException($"{device} failed: {Describe(error)} (it may have been lost, or have too little memory left)", error);
        }
    }

    /// <summary>The driver's reason.</summary>
    internal static string Describe(Exception error) => error is CLException cl ? cl.Error.ToString() : error.Message.ReplaceLineEndings(" ");

    /// <summary>Does something on a device.</summary>
    /// <exception cref="DeviceException">It failed there.</exception>
    internal static void Guard(GpuDevice device, Action work) => Guard(device, () =>
    {
        work();
        return true;
    });
}
