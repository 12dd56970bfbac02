using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Server.OpenInference;
using Secateur.Server.Problems;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Server.Tests.OpenInference;

public sealed class OpenInferenceTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string LengthHeader = "Inference-Header-Content-Length";
    private const string Address = "/v2/models/spot/infer";

    private static readonly RgbImage OneFace = BrightSpotDetector.Picture(64, 48, (8, 12, 4, 255));
    private static readonly RgbImage TwoFaces = BrightSpotDetector.Picture(64, 48, (8, 12, 4, 200), (40, 40, 4, 255));

    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Server_and_models_describe_themselves()
    {
        var server = await RunningServer.Json(await _server.Client.GetAsync("/v2"));
        Assert.Equal("secateur", server.GetProperty("name").GetString());
        Assert.Equal("binary_tensor_data", server.GetProperty("extensions")[0].GetString());
        foreach (var address in new[] { "/v2/models/spot", "/v2/models/spot/versions/1" })
        {
            var model = await RunningServer.Json(await _server.Client.GetAsync(address));
            Assert.Equal("spot", model.GetProperty("name").GetString());
            Assert.Equal("""[{"name":"image","datatype":"UINT8","shape":[-1,-1,-1,3]}]""", model.GetProperty("inputs").GetRawText());
            Assert.Equal(["boxes", "scores", "image_index"], model.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()));
        }

        foreach (var address in new[] { "/v2/health/live", "/v2/health/ready", "/v2/models/tiny/ready", "/v2/models/tiny/versions/1/ready" })
            Assert.Equal(HttpStatusCode.OK, (await _server.Client.GetAsync(address)).StatusCode);
        foreach (var address in new[] { "/v2/models/none", "/v2/models/none/ready", "/v2/models/spot/versions/2", "/v2/other" })
            Assert.NotEmpty(await Error(await _server.Client.GetAsync(address), 404));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pixels_as_json_numbers(bool nested)
    {
        var request = new JsonObject { ["id"] = "7", ["inputs"] = new JsonArray(Input([48, 64, 3], nested ? Nested(OneFace) : Flat(OneFace))) };
        var answer = await RunningServer.Json(await Post(request));
        Assert.Equal(("spot", "1", "7"), (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString(), answer.GetProperty("id").GetString()));
        Assert.Equal(["boxes", "scores", "image_index"], Outputs(answer).Select(o => o.GetProperty("name").GetString()));
        Assert.Equal([2f, 6, 18, 22], Floats(answer, 0));
        Assert.Equal([1, 4], Outputs(answer)[0].GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()));
        Assert.Equal(BrightSpotDetector.ScoreOf(255), Floats(answer, 1).Single(), 1e-5f);
        Assert.Equal([0f], Floats(answer, 2));
    }

    [Fact]
    public async Task Several_pictures_and_parameters()
    {
        var pixels = new JsonArray(Nested(TwoFaces), Nested(new RgbImage(64, 48)), Nested(OneFace));
        var answer = await RunningServer.Json(await Post(new JsonObject { ["inputs"] = new JsonArray(Input([3, 48, 64, 3], pixels)) }));
        Assert.Equal([0f, 0, 2], Floats(answer, 2));
        Assert.Equal([3, 4], Outputs(answer)[0].GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()));
        var one = new JsonObject { ["maxDet"] = 1, ["conf"] = "0.5", ["protocol"] = "single", ["sequence_id"] = 5 };
        answer = await RunningServer.Json(await Post(new JsonObject { ["parameters"] = one, ["inputs"] = new JsonArray(Input([3, 48, 64, 3], pixels.DeepClone())) }));
        Assert.Equal([0f, 2], Floats(answer, 2));
    }

    [Fact]
    public async Task Picture_files_in_base64()
    {
        var files = new JsonArray(new[] { TwoFaces, OneFace }.Select(image => (JsonNode)Convert.ToBase64String(ImageFile.EncodePng(image))).ToArray());
        var answer = await RunningServer.Json(await Post(new JsonObject { ["inputs"] = new JsonArray(Input([2], files, "BYTES")) }));
        Assert.Equal([0f, 0, 1], Floats(answer, 2));
        var bad = new JsonArray("bm8gcGljdHVyZQ==");
        Assert.Contains("picture 0: is not a JPEG", await Error(await Post(new JsonObject { ["inputs"] = new JsonArray(Input([1], bad, "BYTES")) }), 422), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UINT8")]
    [InlineData("BYTES")]
    public async Task Binary_tensors_both_ways(string type)
    {
        // As tritonclient.http writes it.
        var data = type == "UINT8" ? [.. TwoFaces.Pixels, .. OneFace.Pixels] : (byte[])[.. Element(ImageFile.EncodePng(TwoFaces)), .. Element(ImageFile.EncodePng(OneFace))];
        var input = new JsonObject { ["name"] = "image", ["shape"] = Shape(type == "UINT8" ? [2, 48, 64, 3] : [2]), ["datatype"] = type, ["parameters"] = new JsonObject { ["binary_data_size"] = data.Length } };
        foreach (var outputs in new JsonArray?[] { null, new(Output("image_index", true), Output("scores", false), Output("boxes", true)) })
        {
            var request = new JsonObject { ["inputs"] = new JsonArray(input.DeepClone()) };
            if (outputs is null) request["parameters"] = new JsonObject { ["binary_data_output"] = true };
            else request["outputs"] = outputs;
            var response = await PostBinary(request, data);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
            var body = await response.Content.ReadAsByteArrayAsync();
            var length = int.Parse(response.Headers.GetValues(LengthHeader).Single(), System.Globalization.CultureInfo.InvariantCulture);
            var answer = JsonElement.Parse(Encoding.UTF8.GetString(body, 0, length));
            var rest = body.AsSpan(length);
            foreach (var output in Outputs(answer))
            {
                if (!output.TryGetProperty("parameters", out var parameters)) continue;
                var bytes = rest[..parameters.GetProperty("binary_data_size").GetInt32()];
                rest = rest[bytes.Length..];
                var name = output.GetProperty("name").GetString();
                if (name == "image_index") Assert.Equal([0, 0, 1], MemoryMarshal.Cast<byte, int>(bytes).ToArray());
                else if (name == "boxes") Assert.Equal([34, 34, 50, 48, 2, 6, 18, 22, 2, 6, 18, 22], MemoryMarshal.Cast<byte, float>(bytes).ToArray());
                else Assert.Equal(3, MemoryMarshal.Cast<byte, float>(bytes).Length);
            }

            Assert.Equal(0, rest.Length);
        }
    }

    public static TheoryData<string> BadRequests => new(
        "", "null", "[]", "{", "{}", """{"inputs":[]}""", """{"inputs":{}}""", """{"inputs":[1]}""", """{"inputs":[{}]}""", """{"id":5,"inputs":[]}""",
        With("""{"name":"other","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","shape":[1,1,4],"datatype":"UINT8","data":[0,0,0,0]}"""),
        With("""{"name":"image","shape":[0,1,3],"datatype":"UINT8","data":[]}"""),
        With("""{"name":"image","shape":[-1,1,3],"datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","shape":[1.5,1,3],"datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","shape":["1",1,3],"datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","shape":[9223372036854775807,9223372036854775807,9223372036854775807,3],"datatype":"UINT8","data":[0,0,0]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"FP32","data":[0,0,0]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8"}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0,0]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,256]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0.5]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,null]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":"AAAA"}"""),
        With("""{"name":"image","shape":[2],"datatype":"BYTES","data":["AAAA"]}"""),
        With("""{"name":"image","shape":[1],"datatype":"BYTES","data":["not base64!"]}"""),
        With("""{"name":"image","shape":[1],"datatype":"BYTES","data":[5]}"""),
        With("""{"name":"image","shape":[1,2,3,4,5],"datatype":"BYTES","data":[]}"""),
        With("""{"name":"image","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":5}}"""),
        With("""{"name":"image","shape":[1],"datatype":"BYTES","parameters":5}"""),
        With("""{"name":"image","shape":[257],"datatype":"BYTES","data":[]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}""", ""","outputs":[{"name":"faces"}]"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}""", ""","outputs":[{"name":"boxes"},{"name":"boxes"}]"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}""", ""","parameters":{"conf":"NaN"}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}""", ""","parameters":{"conf":[1]}"""),
        With("""{"name":"image","shape":[1,1,3],"datatype":"UINT8","data":[0,0,0]}""", ""","parameters":{"binary_data_output":"yes"}"""));

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Requests_that_are_none_are_refused(string body) => Assert.NotEmpty(await Error(await _server.Post(Address, Encoding.UTF8.GetBytes(body), "application/json"), 400));

    /// <summary>In Latin-1, so that a byte can be one that UTF-8 does not have.</summary>
    [Theory]
    [InlineData("""{"id":"\ud800","inputs":[]}""")]
    [InlineData("{\"id\":\"\u00FF\",\"inputs\":[]}")]
    [InlineData("""{"parameters":{"\ud800":1},"inputs":[]}""")]
    [InlineData("""{"parameters":{"conf":"\ud800"},"inputs":[]}""")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"\ud800","data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["\ud800"]}]}""")]
    [InlineData("{\"inputs\":[{\"name\":\"image\",\"shape\":[1,1,3],\"datatype\":\"UINT8\",\"data\":\"\u00FF\"}]}")]
    public async Task Strings_that_are_no_text_are_refused(string body) => Assert.NotEmpty(await Error(await _server.Post(Address, Encoding.Latin1.GetBytes(body), "application/json"), 400));

    [Fact]
    public void Numbers_beyond_a_million_are_refused_as_json()
    {
        var body = Encoding.ASCII.GetBytes("[0" + string.Concat(Enumerable.Repeat(",0", 1 << 20)) + "]");
        Assert.Equal(413, Assert.Throws<RequestException>(() => InferenceRequest.Read(body, null, null!)).Status);
        Assert.Equal(400, Assert.Throws<RequestException>(() => InferenceRequest.Read(body[2..^1], 0, null!)).Status);
    }

    [Fact]
    public async Task Null_is_as_good_as_nothing()
    {
        var input = Input([48, 64, 3], Flat(OneFace));
        input["parameters"] = null;
        var answer = await RunningServer.Json(await Post(new JsonObject { ["id"] = null, ["parameters"] = null, ["outputs"] = null, ["inputs"] = new JsonArray(input) }));
        Assert.False(answer.TryGetProperty("id", out _));
        Assert.Equal([2f, 6, 18, 22], Floats(answer, 0));
    }

    [Fact]
    public async Task Lengths_that_lie_are_refused()
    {
        var input = new JsonObject { ["name"] = "image", ["shape"] = Shape([1]), ["datatype"] = "BYTES", ["parameters"] = new JsonObject { ["binary_data_size"] = 8 } };
        var request = new JsonObject { ["inputs"] = new JsonArray(input) };
        Assert.Contains("lengths", await Error(await PostBinary(request, [255, 255, 255, 255, 1, 2, 3, 4]), 400), StringComparison.Ordinal);
        Assert.Contains("lengths", await Error(await PostBinary(request, [4, 0, 0, 0, 1, 2, 3, 4, 9], 9), 400), StringComparison.Ordinal);
        Assert.Contains("binary_data_size", await Error(await PostBinary(request, [1, 2, 3]), 400), StringComparison.Ordinal);
        foreach (var length in new[] { "-1", "x", "99999", "99999999999999999999" })
        {
            using var content = new ByteArrayContent("{}"u8.ToArray());
            content.Headers.TryAddWithoutValidation(LengthHeader, length);
            await Error(await _server.Client.PostAsync(new Uri(Address, UriKind.Relative), content), 400);
        }

        var large = With("""{"name":"image","shape":[100000,100000,3],"datatype":"UINT8","data":[0]}""");
        await Error(await _server.Post(Address, Encoding.UTF8.GetBytes(large), "application/json"), 413);
        await Error(await _server.Post("/v2/models/none/infer", "{}"u8.ToArray(), "application/json"), 404);
        await Error(await _server.Post(Address, Encoding.UTF8.GetBytes(new string('[', 1000)), "application/json"), 400);
    }

    private static string With(string input, string more = "") => $$"""{"inputs":[{{input}}]{{more}}}""";

    private static async Task<string> Error(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        return JsonElement.Parse(text).GetProperty("error").GetString()!;
    }

    private Task<HttpResponseMessage> Post(JsonObject request) => _server.Post(Address, Encoding.UTF8.GetBytes(request.ToJsonString()), "application/json");

    private Task<HttpResponseMessage> PostBinary(JsonObject request, byte[] data, int? size = null)
    {
        if (size is { } said) request["inputs"]![0]!["parameters"]!["binary_data_size"] = said;
        var json = Encoding.UTF8.GetBytes(request.ToJsonString());
        var content = new ByteArrayContent([.. json, .. data]);
        content.Headers.Add(LengthHeader, $"{json.Length}");
        return _server.Client.PostAsync(new Uri(Address, UriKind.Relative), content);
    }

    private static byte[] Element(byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. length, .. content];
    }

    private static JsonObject Input(int[] shape, JsonNode data, string type = "UINT8") => new() { ["name"] = "image", ["shape"] = Shape(shape), ["datatype"] = type, ["data"] = data };

    private static JsonObject Output(string name, bool binary) => new() { ["name"] = name, ["parameters"] = new JsonObject { ["binary_data"] = binary } };

    private static JsonArray Shape(int[] sides) => [.. sides.Select(side => (JsonNode)side)];

    private static JsonArray Flat(RgbImage image) => [.. image.Pixels.Select(value => (JsonNode)value)];

    private static JsonArray Nested(RgbImage image) =>
        [.. image.Pixels.Chunk(image.Width * 3).Select(row => (JsonNode)new JsonArray([.. row.Chunk(3).Select(pixel => (JsonNode)new JsonArray([.. pixel.Select(value => (JsonNode)value)]))]))];

    private static JsonElement[] Outputs(JsonElement answer) => [.. answer.GetProperty("outputs").EnumerateArray()];

    private static IEnumerable<float> Floats(JsonElement answer, int output) => Outputs(answer)[output].GetProperty("data").EnumerateArray().Select(v => v.GetSingle());
}
