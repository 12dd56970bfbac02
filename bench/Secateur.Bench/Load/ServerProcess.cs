using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Secateur.Bench.Load;

/// <summary><c>secateur serve</c> in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Bytes of its memory that are resident.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>The time of processors that it has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    public static async Task<ServerProcess> StartAsync(string cli, string model, int threads, IReadOnlyList<string> more)
    {
        string[] arguments = [cli, "serve", "--model", model, "--url", "http://127.0.0.1:0", "--concurrency", $"{threads}", "--json", .. more];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var document = "";
        while (!document.EndsWith("}\n", StringComparison.Ordinal))
            document += await process.StandardOutput.ReadLineAsync() + "\n" is var line && line.Length > 1 ? line : throw new InvalidOperationException("the server does not start");
        var server = new ServerProcess(process, new Uri(JsonElement.Parse(document).GetProperty("url").GetString()!));
        using var client = new HttpClient { BaseAddress = server.Url };
        while (!(await client.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode) await Task.Delay(20);
        return server;
    }

    /// <summary>Sends SIGTERM, and waits.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
