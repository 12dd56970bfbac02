using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Secateur.TestSupport;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Server.Tests;

/// <summary>The real thing: <c>secateur serve</c> in a process of its own.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_serves_until_a_signal_and_logs_nothing_of_pictures()
    {
        var (one, other) = (BrightSpotDetector.Write(_folder.PathOf("spot.safetensors")), TinyDetector.Write(_folder.PathOf("tiny.safetensors")));
        using var process = SecateurProcess.Launch("serve", "--model", one, "--model", other, "--url", "http://127.0.0.1:0", "--json");
        var document = JsonElement.Parse(await ReadDocument(process));
        Assert.Equal(["spot", "tiny"], document.GetProperty("models").EnumerateArray().Select(m => m.GetString()));
        using var client = new HttpClient { BaseAddress = new Uri(document.GetProperty("url").GetString()!) };
        while ((await client.GetAsync("/readyz")).StatusCode != HttpStatusCode.OK) await Task.Delay(10);
        foreach (var content in new[] { RunningServer.Spot, "no picture"u8.ToArray() })
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "my-secret-name.png" } };
            var answer = await client.PostAsync(new Uri("/v1/detect?model=spot", UriKind.Relative), form);
            Assert.Equal(content == RunningServer.Spot ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }

        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        var (code, output, error) = await SecateurProcess.Finish(process);
        Assert.Equal((0, ""), (code, output.Trim()));
        Assert.Equal("Finishing what has been begun ...", error.Trim());
    }

    /// <summary>As the README begins: no model is named, so that all are served that come with it, with what is known of them.</summary>
    [Fact]
    public async Task It_serves_what_comes_with_it()
    {
        using var process = SecateurProcess.Launch("serve", "--url", "http://127.0.0.1:0", "--json");
        var document = JsonElement.Parse(await ReadDocument(process));
        Assert.Equal(ModelZoo.Names, document.GetProperty("models").EnumerateArray().Select(m => m.GetString()!));
        using var client = new HttpClient { BaseAddress = new Uri(document.GetProperty("url").GetString()!) };
        var models = JsonElement.Parse(await client.GetStringAsync("/v1/models")).GetProperty("models").EnumerateArray().ToArray();
        Assert.Equal(ModelZoo.Models.Select(m => m.Description), models.Select(m => m.GetProperty("description").GetString()));
        Assert.Equal(ModelZoo.Models.Select(m => m.Single.Hard), models.Select(m => m.GetProperty("averagePrecision").GetProperty("hard").GetDouble()));
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        Assert.Equal(0, (await SecateurProcess.Finish(process)).Code);
    }

    [Theory]
    [InlineData("needed", "--url", "http://0.0.0.0:0")]
    [InlineData("expected http://", "--url", "nonsense")]
    [InlineData("--queue", "--queue", "0")]
    [InlineData("two models", "--model", "spot.safetensors")]
    public async Task What_cannot_be_served_is_refused_in_a_line(string problem, params string[] args)
    {
        var model = BrightSpotDetector.Write(_folder.PathOf("spot.safetensors"));
        using var process = SecateurProcess.Launch(["serve", "--model", model, .. args.Select(a => a.Replace("spot.safetensors", model, StringComparison.Ordinal))]);
        var (code, output, error) = await SecateurProcess.Finish(process);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(problem, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static async Task<string> ReadDocument(Process process)
    {
        var text = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            text += line + "\n";
            if (line == "}") break;
        }

        return text;
    }
}
