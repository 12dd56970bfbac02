using Secateur.Server.Settings;
using Xunit;

namespace Secateur.Server.Tests;

/// <summary>A server with small limits that tests which do not wear it out share.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    internal const int MaxPixels = 500_000;
    internal const int MaxBody = 1 << 20;

    internal RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Server = await RunningServer.StartAsync(new ServerOptions { MaxPixels = MaxPixels, MaxBodyBytes = MaxBody, Concurrency = 2 });

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
