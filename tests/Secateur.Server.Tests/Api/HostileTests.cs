using System.Buffers.Binary;
using System.Net;
using System.Text;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Xunit;

namespace Secateur.Server.Tests.Api;

/// <summary>Whatever comes, the answer says what is wrong with it, and is never the server's own mistake.</summary>
public sealed class HostileTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly byte[] Jpeg = ImageFile.EncodeJpeg(DrawnScene.Create(4, 160, 120, 2).Image);
    private static readonly byte[] Png = ImageFile.EncodePng(DrawnScene.Create(4, 160, 120, 2).Image);

    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("conf=NaN")]
    [InlineData("conf=")]
    [InlineData("conf=1")]
    [InlineData("conf=-0.1")]
    [InlineData("conf=1e999")]
    [InlineData("conf=Infinity")]
    [InlineData("conf=0,5")]
    [InlineData("conf=0.5&conf=0.6")]
    [InlineData("iou=0")]
    [InlineData("iou=NaN")]
    [InlineData("iou=1.01")]
    [InlineData("maxDet=0")]
    [InlineData("maxDet=1.5")]
    [InlineData("maxDet=10001")]
    [InlineData("maxDet=99999999999999999999999999")]
    [InlineData("protocol=both")]
    [InlineData("confidence=0.5")]
    [InlineData("%00=%FF")]
    public async Task Parameters_out_of_their_ranges_are_refused(string query) =>
        await RunningServer.Problem(await _server.Post($"/v1/detect?{query}", RunningServer.Spot), 400, "bad-parameter");

    [Fact]
    public async Task An_unknown_model_is_not_found() =>
        Assert.Contains("spot, tiny", await RunningServer.Problem(await _server.Post("/v1/detect?model=..%2Fetc", RunningServer.Spot), 404, "no-such-model"), StringComparison.Ordinal);

    [Fact]
    public async Task A_picture_that_no_jpeg_can_hold_is_refused_as_one()
    {
        var wide = ImageFile.EncodePng(new Secateur.Pixels.RgbImage(66_000, 7));
        Assert.Contains("image/png", await RunningServer.Problem(await _server.Post("/v1/detect/annotated", wide), 422, "unfit-picture"), StringComparison.Ordinal);
        _server.Client.DefaultRequestHeaders.Add("Accept", "image/png");
        Assert.Equal(HttpStatusCode.OK, (await _server.Post("/v1/detect/annotated", wide)).StatusCode);
        _server.Client.DefaultRequestHeaders.Remove("Accept");
    }

    [Theory]
    [InlineData("IMAGE/PNG")]
    [InlineData("Application/Octet-Stream")]
    public async Task The_case_of_a_type_does_not_matter(string type) => await RunningServer.Json(await _server.Post("/v1/detect", RunningServer.Spot, type));

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("video/mp4")]
    public async Task Other_types_are_refused(string type) => await RunningServer.Problem(await _server.Post("/v1/detect", RunningServer.Spot, type), 415, "wrong-type");

    [Fact]
    public async Task A_type_that_is_none_is_refused()
    {
        using var content = new ByteArrayContent(RunningServer.Spot);
        content.Headers.TryAddWithoutValidation("Content-Type", "\";;;");
        await RunningServer.Problem(await _server.Client.PostAsync(new Uri("/v1/detect", UriKind.Relative), content), 415, "wrong-type");
    }

    [Fact]
    public async Task Compressed_bodies_are_refused()
    {
        using var content = new ByteArrayContent(RunningServer.Spot);
        content.Headers.ContentEncoding.Add("gzip");
        await RunningServer.Problem(await _server.Client.PostAsync(new Uri("/v1/detect", UriKind.Relative), content), 415, "wrong-encoding");
    }

    [Fact]
    public async Task What_is_no_picture_is_said_to_be_none()
    {
        Assert.Contains("is empty", await RunningServer.Problem(await _server.Post("/v1/detect", []), 422, "unreadable-picture"), StringComparison.Ordinal);
        Assert.Contains("it starts with 3C68746D6C3E", await RunningServer.Problem(await _server.Post("/v1/detect", "<html>"u8.ToArray()), 422, "unreadable-picture"), StringComparison.Ordinal);
        foreach (var whole in new[] { Jpeg, Png })
        {
            foreach (var length in new[] { 2, 4, 9, 30, 100, whole.Length / 2, whole.Length - 40 })
                await RunningServer.Problem(await _server.Post("/v1/detect", whole[..length]), 422, "unreadable-picture");
        }
    }

    [Theory]
    [InlineData(1000, 501)]
    [InlineData(30_000, 30_000)]
    [InlineData(60_000, 20_000)]
    public async Task A_bomb_is_refused_by_its_header(int width, int height)
    {
        var bomb = PngHeader(width, height);
        var detail = await RunningServer.Problem(await _server.Post("/v1/detect", bomb), 413, "too-many-pixels");
        Assert.Contains($"{width} x {height}", detail, StringComparison.Ordinal);
        Assert.Contains($"{ServerFixture.MaxPixels}", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_whether_or_not_its_length_is_told()
    {
        var large = new byte[ServerFixture.MaxBody + 1];
        await RunningServer.Problem(await _server.Post("/v1/detect", large), 413, "body-too-large");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new StreamContent(new MemoryStream(large)) };
        chunked.Headers.TransferEncodingChunked = true;
        await RunningServer.Problem(await _server.Client.SendAsync(chunked), 413, "body-too-large");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(large), "file", "a.png" } };
        await RunningServer.Problem(await _server.Client.PostAsync(new Uri("/v1/detect", UriKind.Relative), form), 413, "body-too-large");
    }

    public static TheoryData<string, string> BadForms => new()
    {
        { "multipart/form-data", "--x\r\n" },
        { "multipart/form-data; boundary=\"\"", "--\r\n" },
        { $"multipart/form-data; boundary={new string('x', 200)}", "--x\r\n" },
        { "multipart/form-data; boundary=x", "" },
        { "multipart/form-data; boundary=x", "no form at all" },
        { "multipart/form-data; boundary=x", "--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\ncut o" },
        { "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nspot\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nX-Other: y\r\n\r\nspot\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nno header\r\n\r\nspot\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", $"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{new string('m', 300)}\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", $"--x\r\nX-Long: {new string('m', 40_000)}\r\n\r\nspot\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", string.Concat(Enumerable.Repeat("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\na\r\n", 2)) + "--x--\r\n" },
    };

    [Theory]
    [MemberData(nameof(BadForms))]
    public async Task A_form_that_is_none_is_refused(string type, string body)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await RunningServer.Problem(await _server.Client.PostAsync(new Uri("/v1/detect", UriKind.Relative), content), 400, "bad-form");
    }

    [Fact]
    public async Task Damage_anywhere_is_never_a_mistake_of_the_servers()
    {
        var random = new SeededRandom(17);
        byte[][] sources = [Jpeg, Png, ImageFile.EncodePng(new Secateur.Pixels.RgbImage(9, 9)), Encoding.ASCII.GetBytes("P6 3 2 255 "), [.. "GIF89a"u8, 5, 0, 5, 0, 0, 0, 0, 0x2C], [.. "BM"u8, .. new byte[60]]];
        for (var round = 0; round < 300; round++)
        {
            var content = sources[random.NextIndex(sources.Length)].ToArray();
            for (var changes = random.Next(1, 9); changes > 0; changes--) content[random.NextIndex(content.Length)] = (byte)random.NextIndex(256);
            var tensor = $$"""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["{{Convert.ToBase64String(content)}}"]}]}""";
            foreach (var response in new[]
            {
                await _server.Post("/v1/detect?model=tiny", content, "image/jpeg"),
                await _server.Post("/v1/detect/annotated?model=tiny", content, "image/jpeg"),
                await _server.Post("/v2/models/tiny/infer", Encoding.ASCII.GetBytes(tensor), "application/json"),
            })
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge, $"round {round}: {response.StatusCode}, {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Theory]
    [InlineData("GET", "/v1/detect", 405)]
    [InlineData("PUT", "/v1/detect", 405)]
    [InlineData("POST", "/v1/models", 405)]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("GET", "/samples/99.jpg", 404)]
    [InlineData("GET", "/samples/99999999999.jpg", 404)]
    [InlineData("GET", "/../../etc/passwd", 404)]
    public async Task Other_addresses_and_methods_are_problems_too(string method, string address, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        await RunningServer.Problem(await _server.Client.SendAsync(request), status);
    }

    private static byte[] PngHeader(int width, int height)
    {
        var png = Png[..200];
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }
}
