using System.Net;
using System.Text.Json;
using Secateur.Graph;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Server.Tests.Api;

public sealed class InformationTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Models_are_listed_with_what_is_known_of_them()
    {
        var models = (await RunningServer.Json(await _server.Client.GetAsync("/v1/models"))).GetProperty("models");
        Assert.Equal(["spot", "tiny"], models.EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        var (spot, tiny) = (models[0], models[1]);
        Assert.Equal(("bright-spot", 1000, "bright spots"), (spot.GetProperty("architecture").GetString(), spot.GetProperty("bytes").GetInt64(), spot.GetProperty("description").GetString()));
        Assert.Equal([0.9, 0.8, 0.7], new[] { "easy", "medium", "hard" }.Select(set => spot.GetProperty("averagePrecision").GetProperty(set).GetDouble()));
        Assert.Equal(JsonValueKind.Null, tiny.GetProperty("averagePrecision").ValueKind);
        var network = TinyDetector.Create().Network;
        Assert.Equal(NetworkCosts.CountParameters(network), tiny.GetProperty("parameters").GetInt32());
        Assert.Equal(NetworkCosts.CountMacs(network, 480, 640), tiny.GetProperty("multiplyAdds").GetInt64());
    }

    [Fact]
    public async Task Everything_is_counted()
    {
        await _server.Post("/v1/detect?model=spot", RunningServer.Spot);
        await _server.Post("/v1/detect?model=spot", "nothing"u8.ToArray());
        var metrics = await _server.Client.GetStringAsync("/metrics");
        string[] expected =
        [
            "secateur_detections_total{", "secateur_faces_total{", "secateur_detection_duration_seconds_bucket{", "secateur_queue_length{", "secateur_queue_running{",
            "reason=\"unreadable-picture\"", "model=\"spot\"", "http_server_request_duration_seconds_count{", "http_route=\"/v1/detect\"",
        ];
        Assert.All(expected, part => Assert.Contains(part, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        var api = await RunningServer.Json(await _server.Client.GetAsync("/openapi.json"));
        Assert.StartsWith("3.", api.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var paths = api.GetProperty("paths");
        Assert.All(["/v1/detect", "/v1/detect/annotated", "/v1/models", "/v2/models/{name}/infer", "/healthz", "/readyz"], path => Assert.True(paths.TryGetProperty(path, out _), path));
        var detect = paths.GetProperty("/v1/detect").GetProperty("post");
        Assert.Equal(["model", "conf", "iou", "maxDet", "protocol"], detect.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.All(["200", "400", "401", "408", "413", "415", "422", "429", "503"], status => Assert.True(detect.GetProperty("responses").TryGetProperty(status, out _), status));
        var answer = detect.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString()!.Split('/')[^1];
        var properties = api.GetProperty("components").GetProperty("schemas").GetProperty(answer).GetProperty("properties").EnumerateObject().Select(p => p.Name).Order();
        Assert.Equal(["faces", "height", "image", "milliseconds", "model", "width"], properties);
    }

    [Fact]
    public async Task The_page_and_its_pictures_are_served_with_a_strict_policy()
    {
        foreach (var (address, type) in new[] { ("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/icon.svg", "image/svg+xml"), ("/samples/1.jpg", "image/jpeg"), ("/v1/nothing", "application/problem+json") })
        {
            var response = await _server.Client.GetAsync(address);
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
                response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task A_page_that_has_not_changed_is_not_sent_again()
    {
        var tag = (await _server.Client.GetAsync("/page.js")).Headers.ETag!;
        using var again = new HttpRequestMessage(HttpMethod.Get, "/page.js");
        again.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.NotModified, (await _server.Client.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task It_lives_and_is_ready()
    {
        Assert.Equal("live\n", await _server.Client.GetStringAsync("/healthz"));
        Assert.Equal("ready\n", await _server.Client.GetStringAsync("/readyz"));
        foreach (var address in new[] { "/healthz", "/readyz" })
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, address);
            Assert.Equal(HttpStatusCode.OK, (await _server.Client.SendAsync(head)).StatusCode);
        }
    }
}
