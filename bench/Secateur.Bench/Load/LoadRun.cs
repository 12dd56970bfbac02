using System.Diagnostics;
using Secateur.Detection;
using Secateur.Models;

namespace Secateur.Bench.Load;

/// <summary>What a load is made of.</summary>
/// <param name="Cli">The command's secateur.dll.</param>
/// <param name="Model">A model file.</param>
/// <param name="Height">Rows of the pictures.</param>
/// <param name="Width">Columns of the pictures.</param>
/// <param name="Threads">Threads of the detector.</param>
/// <param name="Clients">Clients at once.</param>
/// <param name="Hostile">The share of those that mean no good, 0 to 1.</param>
/// <param name="Rounds">How often the detector alone and the server take turns.</param>
/// <param name="Seconds">The time of the server's turn; the detector's is a third.</param>
/// <param name="ServerOptions">Further options of <c>secateur serve</c>.</param>
internal sealed record LoadSettings(string Cli, string Model, int Height, int Width, int Threads, int Clients, double Hostile, int Rounds, double Seconds, IReadOnlyList<string> ServerOptions);

/// <summary>What came of it.</summary>
/// <param name="Log">What clients got.</param>
/// <param name="Rounds">The detector alone, the server, and the time of processors that clients took meanwhile, by rounds.</param>
/// <param name="Memory">Seconds, and bytes of the server's memory then.</param>
/// <param name="ExitCode">How the server ended on SIGTERM, under load.</param>
internal sealed record LoadResult(LoadLog Log, IReadOnlyList<LoadRound> Rounds, IReadOnlyList<(double Seconds, long Bytes)> Memory, int ExitCode);

/// <summary>A turn of each.</summary>
/// <param name="Alone">The detector alone.</param>
/// <param name="Served">The server.</param>
/// <param name="Clients">The time of processors that its clients took.</param>
internal readonly record struct LoadRound(Throughput Alone, Throughput Served, TimeSpan Clients);

/// <summary>A server under load, and by turns the detector alone on the same pictures and the same number of threads.</summary>
internal static class LoadRun
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(1);
    private static readonly ClientKind[] HostileKinds = [.. Enum.GetValues<ClientKind>().Where(kind => kind != ClientKind.Good)];

    public static async Task<LoadResult> RunAsync(LoadSettings settings)
    {
        var pictures = new LoadPictures(settings.Height, settings.Width);
        using var detector = new FaceDetector(ModelFile.Read(settings.Model));
        using var server = await ServerProcess.StartAsync(settings.Cli, settings.Model, settings.Threads, settings.ServerOptions);
        using var sampling = new CancellationTokenSource();
        var memory = SampleAsync(server, sampling.Token);
        DetectorAlone.Run(detector, pictures.Good, settings.Threads, WarmUp);
        await ServeAsync(server, pictures, settings, new LoadLog(), WarmUp);
        var log = new LoadLog();
        var rounds = new List<LoadRound>();
        var exitCode = 0;
        IReadOnlyList<(double, long)> samples = [];
        for (var round = 0; round < settings.Rounds; round++)
        {
            var alone = DetectorAlone.Run(detector, pictures.Good, settings.Threads, TimeSpan.FromSeconds(settings.Seconds / 3));
            var (served, clients) = await ServeAsync(server, pictures, settings, log, TimeSpan.FromSeconds(settings.Seconds), round == settings.Rounds - 1 ? StopAsync : null);
            rounds.Add(new LoadRound(alone, served, clients));
        }

        return new LoadResult(log, rounds, samples, exitCode);

        async Task StopAsync()
        {
            await sampling.CancelAsync();
            samples = await memory;
            exitCode = await server.StopAsync();
        }
    }

    /// <summary>Lets all clients loose on the server for a while; what is to happen at the end does while they still run.</summary>
    private static async Task<(Throughput Served, TimeSpan Clients)> ServeAsync(ServerProcess server, LoadPictures pictures, LoadSettings settings, LoadLog log, TimeSpan time, Func<Task>? end = null)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue, UseProxy = false, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = server.Url };
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, settings.Clients).Select(i => new LoadClient(http, pictures, log, KindOf(i, settings), i).RunAsync(stop.Token)).ToArray();

        // Until all are there, and the line is as long as it gets.
        await Task.Delay(WarmUp);
        var (good, processor, own, start) = (log.Good, server.ProcessorTime, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(time);
        var served = new Throughput(log.Good - good, Stopwatch.GetElapsedTime(start), server.ProcessorTime - processor);
        own = Environment.CpuUsage.TotalTime - own;
        if (end is not null) await end();
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        return (served, own);
    }

    private static ClientKind KindOf(int client, LoadSettings settings) =>
        client < settings.Clients * (1 - settings.Hostile) ? ClientKind.Good : HostileKinds[client % HostileKinds.Length];

    private static async Task<IReadOnlyList<(double Seconds, long Bytes)>> SampleAsync(ServerProcess server, CancellationToken stop)
    {
        var samples = new List<(double, long)>();
        var start = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            samples.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, server.ResidentBytes));
            await Task.Delay(Sampling, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return samples;
    }
}
