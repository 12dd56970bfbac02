using System.Net;
using Microsoft.Playwright;
using Secateur.Server;
using Secateur.Server.Settings;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Page.Tests;

/// <summary>The page in a tab of its own, from a server of its own, with all that it asked for and complained of.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly DetectionServer _server;
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];
    private int _detections;

    private Visit(DetectionServer server, IBrowserContext context, IPage page)
    {
        (_server, _context, Page) = (server, context, page);
        page.Console += (_, message) =>
        {
            // A refusal for want of a key is told by the browser, whatever the page makes of it.
            if (message.Type is "error" or "warning" && !message.Text.Contains("status of 401", StringComparison.Ordinal)) _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(server.Url.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal)) _complaints.Add($"asks for {request.Url}");
            if (request.Url.Contains("/v1/detect", StringComparison.Ordinal)) Interlocked.Increment(ref _detections);
        };
    }

    public IPage Page { get; }

    /// <summary>How often the server was asked to detect.</summary>
    public int Detections => Volatile.Read(ref _detections);

    public ILocator Status => Page.Locator("#status");

    /// <summary>Opens the page. The model <c>spot</c> finds bright spots, and so does <c>tall</c>, whose boxes are higher.</summary>
    public static async Task<Visit> OpenAsync(Browser browser, BrowserNewContextOptions? options = null, string? apiKey = null)
    {
        var server = await DetectionServer.StartAsync(
            [new ServedModel("tiny", TinyDetector.Create(), 1000), new ServedModel("spot", BrightSpotDetector.Create(), 500), new ServedModel("tall", BrightSpotDetector.Create(aspect: 4), 500)],
            ServerOptions.Default with { Url = new Uri("http://127.0.0.1:0"), ApiKey = apiKey });
        using var client = new HttpClient { BaseAddress = server.Url };
        while ((await client.GetAsync("/readyz")).StatusCode != HttpStatusCode.OK) await Task.Delay(10);
        var context = await browser.Chromium.NewContextAsync(options);

        // Policies that are violated say so to the document alone.
        await context.AddInitScriptAsync("addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));");
        var visit = new Visit(server, context, await context.NewPageAsync());
        await visit.Page.GotoAsync(server.Url.ToString());
        return visit;
    }

    /// <summary>Chooses spot and tall, which are quick to tell.</summary>
    public async Task ChooseAsync(string a, string b)
    {
        await Page.Locator("#model-a").SelectOptionAsync(a);
        await Page.Locator("#model-b").SelectOptionAsync(b);
    }

    /// <summary>Waits for what the page says.</summary>
    public Task SaysAsync(string part) => Assertions.Expect(Status).ToContainTextAsync(part, new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });

    /// <summary>Nothing was complained of: no script failed, no policy was violated, nobody else was asked for anything.</summary>
    public void IsContent() => Assert.Empty(_complaints);

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        await _server.DisposeAsync();
    }
}
