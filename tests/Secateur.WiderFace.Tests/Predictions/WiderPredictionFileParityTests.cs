using System.IO.Compression;
using System.Text.Json;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.WiderFace.Tests.Predictions;

/// <summary>The reference's unrounded detections, written, against the submission files that the reference wrote of the same model.</summary>
public sealed class WiderPredictionFileParityTests
{
    // Below, this model's boxes are ties that rounding decides (the README of the reference data, section detections).
    private const float MinScore = 0.12f;

    [SharedDataFact]
    public void Lines_equal_those_that_the_reference_wrote()
    {
        using var detections = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf("parity", "detections", "ERES10_FPGM_multi.json")));
        using var written = ZipFile.OpenRead(SharedData.PathOf("parity", "evaluation", "predictions.zip"));
        var lines = 0;
        foreach (var image in detections.RootElement.GetProperty("images").EnumerateArray())
        {
            var name = image.GetProperty("image").GetString()!;
            var faces = image.GetProperty("detections").EnumerateArray().Select(ToDetection).Where(face => face.Score >= MinScore).ToArray();
            using var reader = new StreamReader(written.GetEntry("predictions/" + Path.ChangeExtension(name, ".txt"))!.Open());
            var expected = reader.ReadToEnd().Split('\n')[2..][..faces.Length];
            Assert.Equal(expected, WiderPredictionFile.Format(name, faces).Split('\n')[2..^1]);
            lines += faces.Length;
        }
        Assert.True(lines > 400, $"only {lines} lines compared");
    }

    private static FaceDetection ToDetection(JsonElement row) =>
        new(row[0].GetSingle(), row[1].GetSingle(), row[2].GetSingle(), row[3].GetSingle(), row[4].GetSingle());
}
