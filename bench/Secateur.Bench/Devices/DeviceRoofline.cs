using Secateur.Gpu.Engine.Launching;

namespace Secateur.Bench.Devices;

/// <summary>What a device can do at best.</summary>
/// <param name="GigabytesPerSecond">10^9 bytes a second from and to its memory, read and written ones together.</param>
/// <param name="GigaMultiplyAdds">10^9 multiply-adds a second of 32-bit floats in registers.</param>
internal sealed record DeviceRoofline(double GigabytesPerSecond, double GigaMultiplyAdds)
{
    /// <summary>The least milliseconds that work takes: its bytes or its multiply-adds, whichever take longer.</summary>
    public double LeastMs(LaunchCost cost) => Math.Max(cost.Bytes / GigabytesPerSecond, cost.MultiplyAdds / GigaMultiplyAdds) / 1e6;
}
