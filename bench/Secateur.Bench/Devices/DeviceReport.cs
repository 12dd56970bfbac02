namespace Secateur.Bench.Devices;

/// <summary>Prints what was measured on a device.</summary>
internal static class DeviceReport
{
    public static void Print(DeviceResult result)
    {
        Report.Line($"{result.Network}, batch {result.Batch} at {result.ImageSize} x {result.ImageSize}, on {result.Device}, {result.Data}");
        Report.Line();
        Report.Line($"* step: median {result.MedianMs:F2} ms, {result.StepMs.Min():F2} to {result.StepMs.Max():F2} ms; {result.ImagesPerSecond:F1} images/s");
        Report.Line($"* waiting for data: {result.WaitingShare:P1} of the time");
        Report.Line($"* start to the end of the first step: {result.FirstStepSeconds:F2} s");
        Report.Line($"* memory of the device: {result.PlanBytes / 1e9:F2} GB for the network, {result.PictureBytes / 1e9:F2} GB for pictures; {result.HostPictureBytes / 1e9:F2} GB of pictures on the host");
        Report.Line($"* launches: {result.Launches} forward and backward, {(result.IsRecorded ? "recorded as a graph" : "queued one by one")}");
        Report.Line($"* loss: {result.FirstLoss:F3} in the first step, {result.LastLoss:F3} in the last");
        if (result.Roofline is not { } roofline) return;
        Report.Line($"* roofline: {roofline.GigabytesPerSecond:F0} GB/s copied, {roofline.GigaMultiplyAdds:F0} G multiply-adds/s in registers");
        Report.Line();
        Report.Table(
            1,
            ["kernel", "launches", "ms", "share", "MB", "M multiply-adds", "of the roofline"],
            [
                .. result.Kernels.Select(Row),
                Row(new KernelRow(
                    "all",
                    result.Kernels.Sum(k => k.Launches),
                    result.Kernels.Sum(k => k.Ms),
                    1,
                    result.Kernels.Sum(k => k.Bytes),
                    result.Kernels.Sum(k => k.MultiplyAdds),
                    result.Kernels.Sum(k => k.RooflineShare * k.Share))),
            ]);
    }

    private static string[] Row(KernelRow row) =>
    [
        row.Kernel, $"{row.Launches}", $"{row.Ms:F3}", $"{row.Share:P1}", $"{row.Bytes / 1e6:F1}", $"{row.MultiplyAdds / 1e6:F0}", $"{row.RooflineShare:P0}",
    ];
}
