using System.Text.Json;
using Secateur.Imaging;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>What detections look like in each format, and that other tools and commands read them.</summary>
public sealed class DetectOutputTests : CliTest
{
    private const string Coco = """{"images": [{"id": 71, "file_name": "a.png"}, {"id": "9", "file_name": "deep/b.png", "width": 64.0}], "categories": [{"id": 3, "name": "Face"}, {"id": 4, "name": "dog"}]}""";
    private readonly string _spot;

    public DetectOutputTests() => _spot = BrightSpotDetector.Write("spot.safetensors");

    [Fact]
    public void Boxes_end_at_the_edge_of_the_picture_unless_asked_otherwise()
    {
        // Its cell's anchor begins 2 pixels to the left of the picture and 2 above it.
        ImageFile.Write("corner.png", BrightSpotDetector.Picture(64, 48, (0, 0, 8, 255)));
        foreach (var format in new[] { "json", "csv", "coco", "coco-results", "text" })
        {
            var clipped = ConsoleRun.Text("detect", "corner.png", "--model", _spot, "--format", format);
            Assert.DoesNotContain("-", clipped.Replace("e-", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("-", ConsoleRun.Text("detect", "corner.png", "--model", _spot, "--format", format, "--no-clip"), StringComparison.Ordinal);
        }

        Assert.Contains("-", ConsoleRun.Text("detect", "corner.png", "--model", _spot, "--format", "wider"), StringComparison.Ordinal);
    }

    [Fact]
    public void Coco_results_are_the_bare_array_with_the_ids_of_an_annotation_file()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/deep/b.png");
        File.WriteAllText("truth.json", Coco);
        var results = Results("--coco-annotations", "truth.json");
        Assert.Equal([(71L, 3), (9L, 3)], results.Select(r => (r.GetProperty("image_id").GetInt64(), r.GetProperty("category_id").GetInt32())));
        Assert.Equal([2, 6, 16, 16], results[0].GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(["image_id", "category_id", "bbox", "score"], results[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal([(1L, 1), (2L, 1)], Results().Select(r => (r.GetProperty("image_id").GetInt64(), r.GetProperty("category_id").GetInt32())));

        JsonElement[] Results(params string[] more)
        {
            using var document = JsonDocument.Parse(ConsoleRun.Text(["detect", "in", "--model", _spot, "--format", "coco-results", .. more]));
            return [.. document.RootElement.Clone().EnumerateArray()];
        }
    }

    [Theory]
    [InlineData("coco")]
    [InlineData("coco-results")]
    public void Image_ids_are_numbers_of_the_images_asked_for_also_behind_one_that_cannot_be_read(string format)
    {
        File.WriteAllText("a.png", "broken");
        var run = ConsoleRun.Of("detect", "a.png", WriteSpot("b.png"), "--model", _spot, "--format", format);
        Assert.Equal(1, run.Code);
        Assert.Contains("\"image_id\": 2", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"image_id\": 1", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_the_annotation_file_does_not_know_are_told_before_any_work()
    {
        WriteSpot("c.png");
        File.WriteAllText("truth.json", Coco);
        string[] call = ["detect", "c.png", "--model", _spot, "--format", "coco-results", "--coco-annotations"];
        FailsAndWritesNothing([.. call, "truth.json"], "c.png: is no image of truth.json");
        foreach (var damaged in new[] { "", "[]", "{", "{\"images\": [null], \"categories\": []}", "{\"images\": [], \"categories\": [{\"id\": 1}]}", "{\"images\": 3}" })
        {
            File.WriteAllText("damaged.json", damaged);
            FailsAndWritesNothing([.. call, "damaged.json"], "damaged.json: is no COCO annotation file");
        }

        File.WriteAllText("dogs.json", Coco.Replace("Face", "cat", StringComparison.Ordinal));
        FailsAndWritesNothing([.. call, "dogs.json"], "dogs.json: has no category called face", "'cat', 'dog'");
    }

    [Fact]
    public void Submission_files_go_through_evaluate_and_back()
    {
        var wider = SmallWider.Write("wider");
        var direct = ConsoleRun.Of("evaluate", "--model", _spot, "--data", wider, "--json", "--out", "direct");
        var text = ConsoleRun.Text("detect", "wider/WIDER_val/images", "--model", _spot, "--format", "wider", "--conf", "0.05", "--out", "found");
        Assert.Equal("found: 3 submission files" + Environment.NewLine, text);
        Assert.All(SmallWider.Images, image => Assert.Equal(File.ReadAllText($"direct/{image}.txt"), File.ReadAllText($"found/{image}.txt")));
        var again = ConsoleRun.Of("evaluate", "--predictions", "found", "--data", wider, "--partial", "--json");
        Assert.Equal(0, again.Code);
        Assert.Equal(Precisions(direct.Out), Precisions(again.Out));

        static double[] Precisions(string json)
        {
            using var document = JsonDocument.Parse(json);
            return [.. new[] { "easy", "medium", "hard" }.Select(s => document.RootElement.GetProperty(s).GetDouble())];
        }
    }

    [Fact]
    public void Submission_files_of_two_images_of_one_name_are_refused()
    {
        WriteSpot("e/a.png");
        WriteSpot("e/a.ppm");
        FailsAndWritesNothing(["detect", "e", "--model", _spot, "--format", "wider", "--out", "found"], "two images would be written to", "a.txt");
    }

    [Fact]
    public void Csv_lists_pictures_without_faces_when_asked()
    {
        WriteSpot("in/a.png", grey: 0);
        Assert.Equal(["image,x1,y1,x2,y2,score"], Lines());
        Assert.Equal(["image,x1,y1,x2,y2,score", "in/a.png,,,,,"], Lines("--all"));

        string[] Lines(params string[] more) =>
            ConsoleRun.Text(["detect", "in", "--model", _spot, "--format", "csv", .. more]).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("--scale 2 --protocol multi-scale", "--scale is for one pass")]
    [InlineData("--all", "--all needs --format csv")]
    [InlineData("--json --format csv", "either --json or --format")]
    [InlineData("--coco-annotations x.json --format coco", "--coco-annotations needs --format coco-results")]
    public void Options_that_contradict_each_other_are_refused(string options, string problem)
    {
        WriteSpot("a.png");
        Assert.Equal(2, ConsoleRun.Fails(["detect", "a.png", "--model", _spot, .. options.Split(' ')], problem).Code);
    }
}
