using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Gpu.Devices;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur devices</c>: what there is to compute on.</summary>
internal static class DevicesCommand
{
    private static readonly (DeviceKind Kind, string Words)[] Kinds = [(DeviceKind.Cuda, "CUDA"), (DeviceKind.OpenCl, "OpenCL")];

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("devices", """
            List what there is to compute on, by the names that --device takes, and say why a device cannot be used.

            Examples:
              secateur devices
              secateur devices --json
            """) { json };
        command.SetAction(parsed =>
        {
            var devices = DeviceList.Find();
            var missing = Kinds.Where(k => devices.All(d => d.Name.Kind != k.Kind)).Select(k => (k.Words, Reason: DeviceList.WhyNone(k.Kind))).ToArray();
            if (parsed.GetValue(json)) PrintJson(devices, missing);
            else Print(devices, missing);
            return 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<DeviceInfo> devices, (string Words, string Reason)[] missing)
    {
        Report.Table(
            ["name", "model", "memory", "usable"],
            [
                [TheProcessor.Name, $"{TheProcessor.Model}, {TheProcessor.Threads} threads", Memory(TheProcessor.MemoryBytes), "yes"],
                .. devices.Select(d => (IReadOnlyList<string>)[d.Name.ToString(), d.Model, Memory(d.MemoryBytes), d.Problem is null ? "yes" : $"no: {d.Problem}"]),
            ]);
        if (missing.Length > 0) Report.Line();
        foreach (var (words, reason) in missing) Report.Line($"No {words} device: {reason}");
    }

    private static void PrintJson(IReadOnlyList<DeviceInfo> devices, (string Words, string Reason)[] missing) => Report.Json(new
    {
        devices = devices
            .Select(d => new { name = d.Name.ToString(), d.Model, threads = (int?)null, d.MemoryBytes, usable = d.Problem is null, d.Problem })
            .Prepend(new { name = TheProcessor.Name, TheProcessor.Model, threads = (int?)TheProcessor.Threads, TheProcessor.MemoryBytes, usable = true, Problem = (string?)null }),
        missing = missing.Select(m => new { kind = m.Words.ToLowerInvariant(), m.Reason }),
    });

    private static string Memory(long bytes) => FormattableString.Invariant($"{bytes / 1e9:F1} GB");
}
