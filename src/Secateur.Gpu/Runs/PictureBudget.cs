using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Runs;

/// <summary>How much memory decoded pictures may take.</summary>
/// <param name="Device">Bytes of the device's memory.</param>
/// <param name="Host">Bytes of the machine's.</param>
internal readonly record struct PictureBudget(long Device, long Host)
{
    // The rest is for tables, other plans and other programs.
    private const double Share = 0.7;

    /// <summary>What a device has left beside a plan.</summary>
    /// <param name="device">The device.</param>
    /// <param name="plan">Bytes of the plan.</param>
    /// <param name="ranks">Processes that train together: all of them may be on this machine.</param>
    public static PictureBudget Of(GpuDevice device, long plan, int ranks)
    {
        var machine = (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.4) / ranks;
        var left = (long)((device.FreeBytes ?? Math.Max(0, device.MemoryBytes - plan)) * Share);

        // A device that is the processor has no memory of its own.
        return device.HasOwnMemory ? new PictureBudget(left, machine) : new PictureBudget(Math.Min(left, machine), 0);
    }
}
