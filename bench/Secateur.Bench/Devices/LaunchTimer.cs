using System.Diagnostics;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;

namespace Secateur.Bench.Devices;

/// <summary>Times the launches of a plan one by one. What the plan computed is lost: some launches add to what is there.</summary>
internal static class LaunchTimer
{
    // Enough that the cost of waiting for the device counts little.
    private const int Repeats = 10;

    /// <summary>The milliseconds of each launch.</summary>
    public static IReadOnlyList<(LaunchCost Cost, double Ms)> Run(GpuDevice device, IEnumerable<Launch> launches) =>
        [.. launches.Select(launch => (launch.Cost, Time(device, launch)))];

    private static double Time(GpuDevice device, Launch launch)
    {
        device.Stream.Synchronize();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++) launch.Queue();
        device.Stream.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Repeats;
    }
}
