using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Secateur.Detection;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Server.Tests.Api;

public sealed class DetectTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_answer_is_that_of_the_command_with_model_and_time()
    {
        using var folder = new TemporaryFolder();
        var picture = folder.Write("scene.jpg", ImageFile.EncodeJpeg(DrawnScene.Create(3, 320, 240, 4).Image));
        var model = TinyDetector.Write(folder.PathOf("tiny.safetensors"));
        using var process = SecateurProcess.Launch("detect", picture, "--model", model, "--conf", "0.3", "--json");
        var command = JsonElement.Parse((await SecateurProcess.Finish(process)).Out)[0];
        var answer = await RunningServer.Json(await _server.Post("/v1/detect?model=tiny&conf=0.3", await File.ReadAllBytesAsync(picture), "image/jpeg"));
        Assert.NotEqual(0, command.GetProperty("faces").GetArrayLength());
        foreach (var name in new[] { "width", "height", "faces" })
            Assert.True(JsonElement.DeepEquals(command.GetProperty(name), answer.GetProperty(name)), $"{name}: {command.GetProperty(name)} and {answer.GetProperty(name)}");
        Assert.Equal(command.EnumerateObject().Select(p => p.Name).Append("model").Append("milliseconds").Order(), answer.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("tiny", answer.GetProperty("model").GetString());
        Assert.InRange(answer.GetProperty("milliseconds").GetDouble(), 0.001, 60_000);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task A_picture_is_known_by_its_bytes_and_the_first_model_is_taken(string? type)
    {
        var response = await _server.Post("/v1/detect", RunningServer.Spot, type);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Contains("detect;dur=", response.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        var answer = await RunningServer.Json(response);
        Assert.Equal("spot", answer.GetProperty("model").GetString());
        Assert.Equal([64, 48], new[] { answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32() });
        var face = Assert.Single(answer.GetProperty("faces").EnumerateArray());
        Assert.Equal([2, 6, 18, 22], new[] { "x1", "y1", "x2", "y2" }.Select(side => face.GetProperty(side).GetSingle()));
        Assert.Equal(BrightSpotDetector.ScoreOf(255), face.GetProperty("score").GetSingle(), 1e-5f);
    }

    [Fact]
    public async Task A_form_may_hold_the_parameters()
    {
        using var form = new MultipartFormDataContent { { new StringContent("tiny"), "model" }, { new ByteArrayContent(RunningServer.Spot), "file", "me, \u00e4t home.png" }, { new StringContent("0.01"), "conf" }, { new StringContent("3"), "maxDet" } };
        var answer = await RunningServer.Json(await _server.Client.PostAsync(new Uri("/v1/detect?iou=0.2", UriKind.Relative), form));
        Assert.Equal("tiny", answer.GetProperty("model").GetString());
        Assert.Equal("me, \u00e4t home.png", answer.GetProperty("image").GetString());
        var same = await RunningServer.Json(await _server.Post("/v1/detect?model=tiny&conf=0.01&maxDet=3&iou=0.2", RunningServer.Spot));
        Assert.True(JsonElement.DeepEquals(same.GetProperty("faces"), answer.GetProperty("faces")));
        Assert.Equal(3, answer.GetProperty("faces").GetArrayLength());
    }

    [Theory]
    [InlineData("conf=0.2")]
    [InlineData("conf=0&maxDet=7")]
    [InlineData("iou=1&conf=0.4")]
    [InlineData("protocol=multi-scale&conf=0.4")]
    [InlineData("protocol=single&conf=4e-1")]
    public async Task Parameters_are_those_of_the_detector(string query)
    {
        var values = query.Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        var image = DrawnScene.Create(5, 160, 120, 3).Image;
        using var detector = new FaceDetector(TinyDetector.Create(), new DetectorOptions
        {
            Confidence = float.Parse(values.GetValueOrDefault("conf", "0.5"), System.Globalization.CultureInfo.InvariantCulture),
            Iou = float.Parse(values.GetValueOrDefault("iou", "0.3"), System.Globalization.CultureInfo.InvariantCulture),
            MaxDetections = int.Parse(values.GetValueOrDefault("maxDet", "750"), System.Globalization.CultureInfo.InvariantCulture),
        });
        var faces = values.GetValueOrDefault("protocol") == "multi-scale" ? detector.DetectMultiScale(image) : detector.Detect(image);
        var expected = new ImageDetections("", 160, 120, faces).Clipped().Faces;
        var answer = await RunningServer.Json(await _server.Post($"/v1/detect?model=tiny&{query}", ImageFile.EncodePng(image)));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(f => (f.X1, f.Score)), answer.GetProperty("faces").EnumerateArray().Select(f => (f.GetProperty("x1").GetSingle(), f.GetProperty("score").GetSingle())));
    }

    [Theory]
    [InlineData(null, "image/jpeg")]
    [InlineData("*/*", "image/jpeg")]
    [InlineData("image/png", "image/png")]
    [InlineData("image/avif, image/*;q=0.8, image/jpeg;q=0.5", "image/png")]
    [InlineData("image/png;q=0.2, image/*;q=0.3", "image/jpeg")]
    public async Task Faces_are_drawn_in_the_format_that_is_accepted(string? accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect/annotated") { Content = new ByteArrayContent(RunningServer.Spot) };
        if (accept is not null) request.Headers.Add("Accept", accept);
        var response = await _server.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        var drawn = ImageFile.Decode("drawn", await response.Content.ReadAsByteArrayAsync());
        var expected = FaceAnnotator.Draw(ImageFile.Decode("spot", RunningServer.Spot), [new(2, 6, 18, 22, BrightSpotDetector.ScoreOf(255))]);
        if (type == "image/png") Assert.Equal(expected.Pixels, drawn.Pixels);
        else Assert.Equal((expected.Width, expected.Height), (drawn.Width, drawn.Height));
    }

    [Fact]
    public async Task What_cannot_be_drawn_as_asked_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect/annotated") { Content = new ByteArrayContent(RunningServer.Spot) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/avif"));
        await RunningServer.Problem(await _server.Client.SendAsync(request), 406, "not-acceptable");
    }

    [Fact]
    public async Task Pictures_are_upright()
    {
        var turned = ImageFile.EncodeJpeg(BrightSpotDetector.Picture(64, 48, (8, 12, 4, 255)));
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        var answer = await RunningServer.Json(await _server.Post("/v1/detect", [.. turned[..2], .. exif, .. turned[2..]], "image/jpeg"));
        Assert.Equal([48, 64], new[] { answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32() });
    }
}
