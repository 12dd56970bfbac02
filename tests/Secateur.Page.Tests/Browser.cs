using Microsoft.Playwright;
using Xunit;

namespace Secateur.Page.Tests;

/// <summary>One browser for all tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;

    internal IBrowser Chromium { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (ChromiumFactAttribute.Chromium is not { } program) return;
        _playwright = await Playwright.CreateAsync();
        Chromium = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
    }

    public async Task DisposeAsync()
    {
        if (_playwright is null) return;
        await Chromium.CloseAsync();
        _playwright.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
