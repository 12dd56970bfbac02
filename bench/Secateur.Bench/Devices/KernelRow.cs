using Secateur.Gpu.Engine.Launching;

namespace Secateur.Bench.Devices;

/// <summary>A kind of kernel in a training step.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Launches">Launches a step.</param>
/// <param name="Ms">Time of all of them.</param>
/// <param name="Share">Of the time of all kernels.</param>
/// <param name="Bytes">Bytes that they must move.</param>
/// <param name="MultiplyAdds">Multiply-adds that they must do.</param>
/// <param name="RooflineShare">The least time that the device allows, launch by launch, of the time taken.</param>
internal sealed record KernelRow(string Kernel, int Launches, double Ms, double Share, long Bytes, long MultiplyAdds, double RooflineShare)
{
    /// <summary>Sums launches by kernel.</summary>
    public static KernelRow[] Of(IReadOnlyList<(LaunchCost Cost, double Ms)> launches, DeviceRoofline roofline)
    {
        var total = launches.Sum(l => l.Ms);
        return [.. launches.GroupBy(l => l.Cost.Kernel).Select(group => Row(group.Key, [.. group])).OrderByDescending(r => r.Ms)];

        KernelRow Row(string kernel, (LaunchCost Cost, double Ms)[] group)
        {
            var ms = group.Sum(l => l.Ms);
            return new KernelRow(
                kernel, group.Length, ms, ms / total, group.Sum(l => l.Cost.Bytes), group.Sum(l => l.Cost.MultiplyAdds), group.Sum(l => roofline.LeastMs(l.Cost)) / ms);
        }
    }
}
