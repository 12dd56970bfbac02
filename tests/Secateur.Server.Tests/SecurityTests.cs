using System.Net;
using System.Net.Http.Headers;
using Secateur.Server.Settings;
using Xunit;

namespace Secateur.Server.Tests;

public sealed class SecurityTests
{
    private const string Key = "s3cret-key";

    [Fact]
    public async Task With_a_key_only_those_who_know_it_are_served()
    {
        await using var server = await RunningServer.StartAsync(new ServerOptions { ApiKey = Key });
        foreach (var address in new[] { "/v1/models", "/v2", "/v2/models/spot", "/metrics", "/openapi.json", "/v1/nothing" })
        {
            var refused = await server.Client.GetAsync(address);
            Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        }

        await RunningServer.Problem(await server.Post("/v1/detect", RunningServer.Spot), 401, "unauthorized");
        foreach (var address in new[] { "/", "/page.css", "/page.js", "/icon.svg", "/samples/1.jpg", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready" })
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(address)).StatusCode);

        foreach (var wrong in new[] { "", "x", Key + "x", Key[..^1], Key.ToUpperInvariant() })
            Assert.Equal(HttpStatusCode.Unauthorized, await Status("X-Api-Key", wrong));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status("Authorization", $"Basic {Key}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status("Authorization", Key));
        Assert.Equal(HttpStatusCode.OK, await Status("X-Api-Key", Key));
        Assert.Equal(HttpStatusCode.OK, await Status("Authorization", $"Bearer {Key}"));
        Assert.Equal(HttpStatusCode.OK, await Status("Authorization", $"bearer {Key}"));
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        await RunningServer.Json(await server.Post("/v1/detect", RunningServer.Spot));

        async Task<HttpStatusCode> Status(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation(header, value);
            return (await server.Client.SendAsync(request)).StatusCode;
        }
    }

    [Theory]
    [InlineData("localhost", null, 200)]
    [InlineData("127.0.0.1:1234", null, 200)]
    [InlineData("[::1]", null, 200)]
    [InlineData("attacker.example", null, 421)]
    [InlineData("127.0.0.1.attacker.example", null, 421)]
    [InlineData("attacker.example", Key, 200)]
    public async Task Without_a_key_only_names_of_this_machine_are_answered(string host, string? key, int status)
    {
        await using var server = await RunningServer.StartAsync(new ServerOptions { ApiKey = key });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = host } };
        if (key is not null) request.Headers.Add("X-Api-Key", key);
        Assert.Equal(status, (int)(await server.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task Pages_of_other_sites_are_not_served(string site, int status)
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new ByteArrayContent(RunningServer.Spot) };
        request.Headers.Add("Sec-Fetch-Site", site);
        Assert.Equal(status, (int)(await server.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:80", null, null)]
    [InlineData("http://localhost:80", null, null)]
    [InlineData("http://[::1]:80", null, null)]
    [InlineData("http://127.8.9.1:80", null, null)]
    [InlineData("http://0.0.0.0:80", Key, null)]
    [InlineData("http://0.0.0.0:80", null, "an API key is needed")]
    [InlineData("http://[::]:80", null, "an API key is needed")]
    [InlineData("http://192.168.1.2:80", null, "an API key is needed")]
    [InlineData("http://example.com:80", Key, "expected an IP address or localhost")]
    [InlineData("https://127.0.0.1:80", null, "expected http://")]
    [InlineData("http://127.0.0.1:80/path", null, "no path")]
    [InlineData("http://me@127.0.0.1:80", null, "user")]
    [InlineData("http://127.0.0.1:80", "", "API key must")]
    [InlineData("http://127.0.0.1:80", "two words", "API key must")]
    public void Others_can_reach_a_server_only_if_it_has_a_key(string url, string? key, string? problem)
    {
        var options = new ServerOptions { Url = new Uri(url), ApiKey = key };
        if (problem is null) options.Validate();
        else Assert.Contains(problem, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
