using ILGPU.Runtime;

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
            throw new DeviceException($"{device} failed: {error.Message.ReplaceLineEndings(" ")}; other programs may use its memory, or it was lost", error);
        }
    }

    /// <summary>Does something on a device.</summary>
    /// <exception cref="DeviceException">It failed there.</exception>
    internal static void Guard(GpuDevice device, Action work) => Guard(device, () =>
    {
        work();
        return true;
    });
}
