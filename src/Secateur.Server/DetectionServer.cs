using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Secateur.Server.Api;
using Secateur.Server.OpenInference;
using Secateur.Server.Page;
using Secateur.Server.Pipeline;
using Secateur.Server.Requests;
using Secateur.Server.Settings;
using Secateur.Server.Work;

namespace Secateur.Server;

/// <summary>Face detection over HTTP. <c>docs/serving.md</c> tells what it answers.</summary>
public sealed class DetectionServer : IAsyncDisposable
{
    private const int MostConnections = 4096;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly WebApplication _app;
    private readonly ServerState _state;
    private readonly TimeSpan _timeout;

    private DetectionServer(WebApplication app, TimeSpan timeout)
    {
        (_app, _timeout) = (app, timeout);
        _state = app.Services.GetRequiredService<ServerState>();
    }

    /// <summary>The address, with the port that was taken.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>Ends when the models are warm and requests are taken; throws what came between, after which the server never gets ready.</summary>
    public Task WarmedUp { get; private set; } = Task.CompletedTask;

    /// <summary>What it is made of, for tests.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts to listen, and returns; models are warmed up meanwhile, and until then the server is not ready.</summary>
    /// <param name="models">The models; the first is taken where a request names none.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">There is no model, two have one name, a model is no face detector, or an option is out of its range.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<DetectionServer> StartAsync(IReadOnlyList<ServedModel> models, ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (models.Count == 0) throw new ArgumentException("a server needs a model");
        if (models.GroupBy(model => model.Name).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new ArgumentException($"two models have the name {twice.Key}");
        var app = Build(models, options);
        var server = new DetectionServer(app, options.Timeout);
        try
        {
            var detectors = app.Services.GetRequiredService<DetectorSet>();
            await ListenAsync(app, options);
            server.WarmedUp = Task.Run(() => server.WarmUp(detectors));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops: <c>/readyz</c> and new work get 503, what has been begun is finished and answered, within the time that a request may take, then nothing is listened to any more.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAny(_state.Close(), Task.Delay(_timeout));
        await _app.StopAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ListenAsync(WebApplication app, ServerOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (SocketException error)
        {
            throw new IOException($"{options.Url} cannot be listened on: {error.Message}", error);
        }
    }

    private void WarmUp(DetectorSet detectors)
    {
        foreach (var detector in detectors.All) detector.WarmUp();
        _state.Open();
    }

    private static WebApplication Build(IReadOnlyList<ServedModel> models, ServerOptions options)
    {
        // Nothing is taken from files or variables that happen to be there.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(DetectionServer).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, options)).UseUrls(options.Url.GetLeftPart(UriPartial.Authority));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", LogLevel.None).AddSimpleConsole().Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddServices(builder.Services, models, options);
        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>().UseMiddleware<BrowserMiddleware>().UseRouting().UseMiddleware<ApiKeyMiddleware>();
        app.Services.GetRequiredService<PageEndpoints>().Map(app);
        app.Services.GetRequiredService<HealthEndpoints>().Map(app);
        app.Services.GetRequiredService<ModelEndpoints>().Map(app);
        app.Services.GetRequiredService<DetectEndpoints>().Map(app);
        app.Services.GetRequiredService<InferenceEndpoints>().Map(app);
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapOpenApi("/openapi.json");
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = options.MaxBodyBytes;
        limits.MaxConcurrentConnections = MostConnections;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = KeepAlive;
    }

    private static void AddServices(IServiceCollection services, IReadOnlyList<ServedModel> models, ServerOptions options)
    {
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddRoutingCore();
        services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Secateur";
            document.Info.Description = "Face detection.";
            document.Servers = [];
            return Task.CompletedTask;
        }));
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(ServerMetrics.MeterName).AddAspNetCoreInstrumentation().AddPrometheusExporter());
        services.AddSingleton(options);
        services.AddSingleton<ServerState>();
        services.AddSingleton(_ => new WorkQueue(options.Concurrency, options.Queue));
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton(provider => new DetectorSet(models, provider.GetRequiredService<ServerMetrics>()));
        services.AddSingleton(_ => new BodyBudget(options.HeldBytes));
        services.AddSingleton<BodyReader>();
        services.AddSingleton<FormReader>();
        services.AddSingleton<PictureReader>();
        services.AddSingleton<SamplePictures>();
        services.AddSingleton<PageEndpoints>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<ModelEndpoints>();
        services.AddSingleton<DetectEndpoints>();
        services.AddSingleton<InferenceEndpoints>();
    }

    /// <summary>Whoever starts the server decides when it stops; signals are not its own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
