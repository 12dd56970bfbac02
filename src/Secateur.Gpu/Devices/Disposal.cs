using ILGPU.Runtime;

namespace Secateur.Gpu.Devices;

/// <summary>Freeing what is on a device.</summary>
internal static class Disposal
{
    /// <summary>Waits for what is queued, which may read what is about to be freed.</summary>
    public static void AfterWorkOf(AcceleratorStream stream)
    {
        try
        {
            stream.Synchronize();
        }
        catch (AcceleratorException)
        {
        }
    }

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
