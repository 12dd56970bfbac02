using ILGPU.Runtime;

namespace Secateur.Gpu.Devices;

/// <summary>Freeing what is on a device.</summary>
internal static class Disposal
{
    /// <summary>Frees all of them, in order. A device that was lost frees nothing any more, and has said so before.</summary>
    public static void Of(params ReadOnlySpan<IDisposable?> resources)
    {
        foreach (var resource in resources)
        {
            try
            {
                resource?.Dispose();
            }
            catch (AcceleratorException)
            {
            }
        }
    }
}
