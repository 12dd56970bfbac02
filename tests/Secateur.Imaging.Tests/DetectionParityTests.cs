using System.Text.Json;
using Secateur.Detection;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests;

/// <summary>Final detections against those of the published test functions, as sets.</summary>
public class DetectionParityTests
{
    [SharedDataTheory]
    [InlineData("ERES10_FPGM", "single", 0.12f)]
    [InlineData("ERES10_FPGM", "multi", 0.12f)]
    [InlineData("EXTD10_FPGM", "single", 0.05f)]
    [InlineData("EXTD10_FPGM", "multi", 0.05f)]
    public void Detections_equal_the_reference(string checkpoint, string mode, float leastScore)
    {
        var model = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", checkpoint + ".pth"));
        using var detector = new FaceDetector(model, DetectorOptions.Evaluation with { Threads = 2 });
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("parity", "detections", $"{checkpoint}_{mode}.json")));
        foreach (var entry in json.RootElement.GetProperty("images").EnumerateArray())
        {
            var name = entry.GetProperty("image").GetString()!;
            var image = ImageFile.Read(SharedData.PathOf("wider-mini", "WIDER_val", "images", name));
            var actual = mode == "single" ? detector.Detect(image) : detector.DetectMultiScale(image);
            var expected = entry.GetProperty("detections").EnumerateArray().Select(ToFace).ToList();
            AssertSameSet(name, expected, actual, leastScore);
        }
    }

    private static FaceDetection ToFace(JsonElement row)
    {
        var v = row.EnumerateArray().Select(e => e.GetSingle()).ToArray();
        return new FaceDetection(v[0], v[1], v[2], v[3], v[4]);
    }

    // Near the least score rounding may move a face across it: such a one may lack its partner's confirmation by the score alone.
    private static void AssertSameSet(string image, List<FaceDetection> expected, IReadOnlyList<FaceDetection> actual, float leastScore)
    {
        var unmatched = actual.ToList();
        foreach (var face in expected.Where(f => f.Score >= leastScore))
        {
            var partner = unmatched.FindIndex(f => Same(f, face));
            Assert.True(partner >= 0, $"{image}: {face} is missing; nearest {actual.MinBy(f => Distance(f, face))}");
            unmatched.RemoveAt(partner);
        }

        var extra = unmatched.Where(f => f.Score >= leastScore + 1e-4f).ToList();
        Assert.True(extra.Count == 0, $"{image}: unexpected {string.Join(", ", extra)}");
    }

    private static bool Same(FaceDetection a, FaceDetection b) => Distance(a, b) <= 0.05f && Math.Abs(a.Score - b.Score) <= 1e-4f;

    private static float Distance(FaceDetection a, FaceDetection b) =>
        new[] { a.X1 - b.X1, a.Y1 - b.Y1, a.X2 - b.X2, a.Y2 - b.Y2 }.Max(Math.Abs);
}
