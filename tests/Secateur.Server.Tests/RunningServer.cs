using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Secateur.Imaging;
using Secateur.Server.Settings;
using Secateur.Server.Work;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Server.Tests;

/// <summary>A server on a free port, with two models: <c>spot</c>, whose answers can be told by hand, and <c>tiny</c>.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(DetectionServer server)
    {
        Server = server;
        Client = new HttpClient { BaseAddress = server.Url };
    }

    public DetectionServer Server { get; }

    public HttpClient Client { get; }

    public WorkQueue Queue => Server.Services.GetRequiredService<WorkQueue>();

    /// <summary>A picture in which the model spot finds one face, at (2, 6) to (18, 22).</summary>
    public static byte[] Spot { get; } = ImageFile.EncodePng(BrightSpotDetector.Picture(64, 48, (8, 12, 4, 255)));

    /// <summary>Starts one, and waits until it is ready.</summary>
    public static async Task<RunningServer> StartAsync(ServerOptions? options = null)
    {
        var server = new RunningServer(await DetectionServer.StartAsync(
            [
                new ServedModel("spot", BrightSpotDetector.Create(), 1000) { Description = "bright spots", Precision = new ModelPrecision(0.9, 0.8, 0.7) },
                new ServedModel("tiny", TinyDetector.Create(), 2000),
            ],
            (options ?? ServerOptions.Default) with { Url = new Uri("http://127.0.0.1:0") }));
        while ((await server.Client.GetAsync("/readyz")).StatusCode != HttpStatusCode.OK) await Task.Delay(10);
        return server;
    }

    /// <summary>Posts a picture.</summary>
    public Task<HttpResponseMessage> Post(string address, byte[] content, string? type = "image/png", CancellationToken cancellation = default)
    {
        var body = new ByteArrayContent(content);
        if (type is not null) body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return Client.PostAsync(new Uri(address, UriKind.Relative), body, cancellation);
    }

    /// <summary>Reads an answer that must be JSON.</summary>
    public static async Task<JsonElement> Json(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Reads an answer that must be a problem, as RFC 9457 has it, and returns its detail.</summary>
    public static async Task<string> Problem(HttpResponseMessage response, int status, string? reason = null)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        if (reason is not null) Assert.Equal($"urn:secateur:problem:{reason}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem.GetProperty("detail").GetString()!;
    }

    /// <summary>Keeps a worker busy until it is disposed of.</summary>
    public IDisposable Occupy()
    {
        var gate = new ManualResetEventSlim();
        var started = new ManualResetEventSlim();
        Assert.NotNull(Queue.TryRun(
            () =>
            {
                started.Set();
                gate.Wait();
                return 0;
            },
            CancellationToken.None));
        started.Wait();
        return new Release(gate);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    private sealed class Release(ManualResetEventSlim gate) : IDisposable
    {
        public void Dispose() => gate.Set();
    }
}
