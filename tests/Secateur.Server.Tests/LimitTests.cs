using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Server.Pipeline;
using Secateur.Server.Settings;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Server.Tests;

/// <summary>What a server does when there is too much, too slow, or nobody any more.</summary>
public sealed class LimitTests
{
    private static readonly ServerOptions Narrow = new() { Concurrency = 1, Queue = 1 };

    [Fact]
    public async Task A_full_line_is_said_to_be_full()
    {
        await using var server = await RunningServer.StartAsync(Narrow);
        Task<HttpResponseMessage> waiting;
        using (server.Occupy())
        {
            waiting = server.Post("/v1/detect", RunningServer.Spot);
            HangGuard.Until(() => server.Queue.Waiting == 1);
            var refused = await server.Post("/v1/detect", RunningServer.Spot);
            await RunningServer.Problem(refused, 429, "queue-full");
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }

        await RunningServer.Json(await waiting);
        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
    }

    [Fact]
    public async Task What_waits_too_long_is_given_up()
    {
        await using var server = await RunningServer.StartAsync(Narrow with { Timeout = TimeSpan.FromSeconds(0.5) });
        using var busy = server.Occupy();
        var late = await server.Post("/v1/detect", RunningServer.Spot);
        await RunningServer.Problem(late, 503, "timeout");
        Assert.NotNull(late.Headers.RetryAfter);
        HangGuard.Until(() => server.Queue.Waiting == 0);
    }

    [Fact]
    public async Task The_work_of_a_client_that_has_gone_is_dropped()
    {
        await using var server = await RunningServer.StartAsync(Narrow);
        var busy = server.Occupy();
        using var cancellation = new CancellationTokenSource();
        var gone = server.Post("/v1/detect", RunningServer.Spot, cancellation: cancellation.Token);
        HangGuard.Until(() => server.Queue.Waiting == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        HangGuard.Until(() => server.Queue.Waiting == 0);
        busy.Dispose();
        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        await using var server = await RunningServer.StartAsync(Narrow with { Timeout = TimeSpan.FromSeconds(1) });
        foreach (var type in new[] { "image/png", "multipart/form-data; boundary=x" })
        {
            var answer = await Talk(server.Server.Url, $"POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: 1000\r\n\r\n--x\r\n");
            Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
            Assert.Contains("did not arrive within 1 s", answer, StringComparison.Ordinal);
        }

        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
        HangGuard.Until(() => server.Server.Services.GetRequiredService<BodyBudget>().Taken == 0);
    }

    [Fact]
    public async Task An_answer_that_is_not_read_holds_nobody_up()
    {
        await using var server = await RunningServer.StartAsync(Narrow with { Timeout = TimeSpan.FromSeconds(10) });
        var budget = server.Server.Services.GetRequiredService<BodyBudget>();
        var body = Noise(1600, 1600);
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(server.Server.Url.Host, server.Server.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/detect/annotated HTTP/1.1\r\nHost: localhost\r\nAccept: image/png\r\nContent-Length: {body.Length}\r\n\r\n"));
        await client.GetStream().WriteAsync(body);
        HangGuard.Until(() => client.Available > 0);
        HangGuard.Until(() => budget.Taken == 0);
        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
        await HangGuard.WaitFor(server.Server.StopAsync());
        await Assert.ThrowsAnyAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Connections_whose_bodies_do_not_come_leave_room_for_others()
    {
        await using var server = await RunningServer.StartAsync(Narrow);
        var budget = server.Server.Services.GetRequiredService<BodyBudget>();
        var clients = Enumerable.Range(0, 300).Select(_ => new TcpClient()).ToArray();
        try
        {
            foreach (var client in clients)
            {
                await client.ConnectAsync(server.Server.Url.Host, server.Server.Url.Port);
                await client.GetStream().WriteAsync("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray());
            }

            HangGuard.Until(() => budget.Taken >= clients.Length << 14);
            Assert.InRange(budget.Taken, 0, clients.Length << 16);
            await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    [Fact]
    public async Task What_is_no_http_is_refused()
    {
        await using var server = await RunningServer.StartAsync(Narrow);
        foreach (var garbage in new[] { "\u0016\u0003\u0001 TLS?\r\n\r\n", "GET\r\n\r\n", "POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", $"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n" })
            Assert.StartsWith("HTTP/1.1 4", await Talk(server.Server.Url, garbage), StringComparison.Ordinal);
        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));
    }

    [Fact]
    public async Task Bodies_take_no_more_memory_than_there_is_for_them()
    {
        var budget = new BodyBudget(100);
        var share = budget.Open();
        share.Take(60);
        using (var other = budget.Open())
        {
            other.Take(40);
            Assert.Equal(429, Assert.Throws<Problems.RequestException>(() => other.Take(1)).Status);
        }

        Assert.Equal(60, budget.Taken);
        share.Dispose();
        share.Dispose();
        Assert.Equal(0, budget.Taken);

        await using var server = await RunningServer.StartAsync(Narrow);
        for (var i = 0; i < 3; i++) await server.Post("/v1/detect", i == 1 ? new byte[3_000_000] : RunningServer.Spot);
        HangGuard.Until(() => server.Server.Services.GetRequiredService<BodyBudget>().Taken == 0);
    }

    [Fact]
    public async Task A_server_that_stops_finishes_what_it_has_begun()
    {
        await using var server = await RunningServer.StartAsync(new ServerOptions { Concurrency = 1 });
        Task<HttpResponseMessage> begun;
        Task stopping;
        using (server.Occupy())
        {
            begun = server.Post("/v1/detect", RunningServer.Spot);
            HangGuard.Until(() => server.Queue.Waiting == 1);
            stopping = server.Server.StopAsync();
            var ready = await server.Client.GetAsync("/readyz");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), (ready.StatusCode, await ready.Content.ReadAsStringAsync()));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Client.GetAsync("/v2/health/ready")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/healthz")).StatusCode);
            var refused = await server.Post("/v1/detect", RunningServer.Spot);
            await RunningServer.Problem(refused, 503, "not-ready");
            Assert.True(refused.Headers.ConnectionClose);
            Assert.False(stopping.IsCompleted);
        }

        await RunningServer.Json(await begun);
        await HangGuard.WaitFor(stopping);
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Client.GetAsync("/healthz"));
    }

    [Fact]
    public async Task What_a_server_cannot_be_made_of_is_told()
    {
        var model = new ServedModel("a", BrightSpotDetector.Create(), 1);
        var free = ServerOptions.Default with { Url = new Uri("http://127.0.0.1:0") };
        await Assert.ThrowsAsync<ArgumentException>(() => DetectionServer.StartAsync([], free));
        Assert.Contains("name a", (await Assert.ThrowsAsync<ArgumentException>(() => DetectionServer.StartAsync([model, model], free))).Message, StringComparison.Ordinal);
        foreach (var url in new[] { "http://localhost:0", "http://192.0.2.1:8080" })
        {
            var options = new ServerOptions { Url = new Uri(url), ApiKey = "k" };
            var error = await Assert.ThrowsAnyAsync<Exception>(() => DetectionServer.StartAsync([model], options));
            Assert.True(error is ArgumentException or IOException && error.Message.Contains(url, StringComparison.Ordinal), $"{error}");
        }

        await using var server = await RunningServer.StartAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => DetectionServer.StartAsync([model], ServerOptions.Default with { Url = server.Server.Url }));
    }

    [Fact]
    public async Task A_model_that_cannot_be_warmed_up_is_told()
    {
        const int TooWide = 1 << 16;
        var g = new NetworkBuilder("too-wide");
        var wide = g.Conv2d(g.Input(3), "base.0", TooWide, 1);
        var narrow = g.Conv2d(wide, "narrow.0", 1, 4, 4);
        var loc = g.Conv2d(narrow, "loc.0", 4, 1);
        g.Output("loc_0", loc);
        var conf = g.Conv2d(narrow, "conf.0", 4, 1);
        g.Output("conf_0", conf);
        g.Level(4, [16], loc, g.MaxOut(conf));
        var weights = new[] { ("base.0", new Tensor(TooWide, 3, 1, 1)), ("narrow.0", new Tensor(1, TooWide, 4, 4)), ("loc.0", new Tensor(4, 1, 1, 1)), ("conf.0", new Tensor(4, 1, 1, 1)) };
        var model = new Model(g.Build(), [.. weights.Select(w => KeyValuePair.Create($"{w.Item1}.weight", w.Item2))], new ModelInfo());
        await using var server = await DetectionServer.StartAsync([new ServedModel("wide", model, 1)], ServerOptions.Default with { Url = new Uri("http://127.0.0.1:0") });
        await Assert.ThrowsAsync<NetworkException>(() => server.WarmedUp);
    }

    [Fact]
    public async Task Connections_that_are_refused_fill_no_log()
    {
        await using var server = await RunningServer.StartAsync(Narrow);
        var logs = server.Server.Services.GetRequiredService<ILoggerFactory>();
        Assert.False(logs.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Connections").IsEnabled(LogLevel.Warning));
        Assert.True(logs.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").IsEnabled(LogLevel.Warning));
    }

    /// <summary>A PPM file that is as large as a PNG.</summary>
    private static byte[] Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(5).NextBytes(pixels);
        return [.. Encoding.ASCII.GetBytes($"P6 {width} {height} 255\n"), .. pixels];
    }

    /// <summary>Sends bytes, and reads until the other side closes, or has said the whole of a problem.</summary>
    private static async Task<string> Talk(Uri url, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal) && !answer.ToString().Contains("Content-Length: 0", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            if (read == 0) break;
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }
}
