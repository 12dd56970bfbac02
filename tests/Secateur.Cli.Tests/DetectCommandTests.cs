using System.Globalization;
using System.Text.Json;
using Secateur.Cli.Commands;
using Secateur.Cli.Options;
using Secateur.Imaging;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class DetectCommandTests : CliTest
{
    private readonly string _spot;

    public DetectCommandTests() => _spot = BrightSpotDetector.Write("spot.safetensors");

    [Fact]
    public void Faces_are_told_as_json()
    {
        var json = ConsoleRun.Json("detect", WriteSpot("a.png"), "--model", _spot);
        var image = Assert.Single(json.EnumerateArray());
        Assert.Equal(["image", "width", "height", "faces"], image.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("a.png", 64, 48), (image.GetProperty("image").GetString(), image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32()));
        var face = Assert.Single(image.GetProperty("faces").EnumerateArray());
        Assert.Equal(["x1", "y1", "x2", "y2", "score"], face.EnumerateObject().Select(p => p.Name));
        Assert.Equal([2, 6, 18, 22], face.EnumerateObject().Take(4).Select(p => p.Value.GetDouble()));
        Assert.Equal(BrightSpotDetector.ScoreOf(255), face.GetProperty("score").GetDouble(), 1e-5);
        Assert.Equal(ConsoleRun.Text("detect", "a.png", "--model", _spot, "--json"), ConsoleRun.Text("detect", "a.png", "--model", _spot, "--format", "json"));
    }

    [Fact]
    public void Many_images_at_the_same_time_give_what_one_after_another_gives_in_the_same_order()
    {
        for (var i = 0; i < 40; i++) WriteScene($"in/{i:00}.png", 40 + (i * 37 % 200), 60 + (i * 53 % 150), i);
        foreach (var broken in new[] { "07", "31" }) File.WriteAllBytes($"in/{broken}.png", File.ReadAllBytes($"in/{broken}.png")[..200]);
        var model = WriteEResFd();
        var (one, many) = (Detect("1", "one"), Detect("2", "many"));
        Assert.Equal((1, 38), (one.Code, JsonDocument.Parse(one.Out).RootElement.GetArrayLength()));
        Assert.Equal(["07", "31"], one.Errors.Select(line => Path.GetFileNameWithoutExtension(line.Split(": ")[1])));
        Assert.Equal(one, many);
        foreach (var image in Directory.GetFiles("one")) Assert.Equal(File.ReadAllBytes(image), File.ReadAllBytes(Path.Combine("many", Path.GetFileName(image))));

        // The second time what was written is replaced.
        Assert.Equal(many, Detect("2", "many"));

        ConsoleRun Detect(string threads, string output) => ConsoleRun.Of("detect", "in", "--model", model, "--conf", "0.05", "--threads", threads, "--out", output, "--json");
    }

    [Fact]
    public void As_many_images_at_the_same_time_as_threads_where_they_are_more_and_memory_suffices()
    {
        var images = Enumerable.Range(0, 5).Select(i => new ImageInput(WriteSpot($"{i}.png"), $"{i}.png")).Append(new ImageInput("missing.png", "missing.png")).ToArray();
        Assert.Equal(4, ImagesAtOnce.Of(images, 4, scale: 1, ImageReadOptions.Default.MaxPixels));
        Assert.Equal(1, ImagesAtOnce.Of(images, 6, scale: 1, ImageReadOptions.Default.MaxPixels));
        Assert.Equal(1, ImagesAtOnce.Of(images, 4, scale: 1, ImageReadOptions.Default.MaxPixels + 1));

        // Half of the memory, for three and a half of the largest.
        var side = Math.Sqrt(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / 3.5 / (100.0 * 64 * 48));
        Assert.Equal(3, ImagesAtOnce.Of(images, 4, side, ImageReadOptions.Default.MaxPixels));
        Assert.Equal(1, ImagesAtOnce.Of(images, 4, 4 * side, ImageReadOptions.Default.MaxPixels));
    }

    [Fact]
    public void Json_lines_are_the_images_of_the_json_document()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/none.png", grey: 0);
        var lines = ConsoleRun.Text("detect", "in", "--model", _spot, "--format", "jsonl").Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ConsoleRun.Json("detect", "in", "--model", _spot).EnumerateArray().Select(i => JsonSerializer.Serialize(i)), lines);
    }

    [Fact]
    public void A_detector_with_random_weights_finds_something_in_a_scene()
    {
        var json = ConsoleRun.Json("detect", WriteScene("s.jpg", 160, 120), "--model", WriteEResFd(), "--conf", "0.05", "--iou", "0.4", "--max-det", "5", "--threads", "2");
        var faces = json[0].GetProperty("faces").EnumerateArray().ToArray();
        Assert.Equal(5, faces.Length);
        Assert.All(faces, f => Assert.InRange(f.GetProperty("score").GetDouble(), 0.05, 1));
        Assert.All(faces, f => Assert.True(f.GetProperty("x2").GetDouble() > f.GetProperty("x1").GetDouble()));
        Assert.Equal(faces.Select(f => f.GetProperty("score").GetDouble()).OrderDescending(), faces.Select(f => f.GetProperty("score").GetDouble()));
    }

    [Fact]
    public void Files_folders_and_patterns_name_images_each_once()
    {
        foreach (var name in new[] { "in/b.png", "in/a.ppm", "in/deep/c.png", "in/deep/d.ppm", "e.png" }) WriteSpot(name);
        Assert.Equal(["in/a.ppm", "in/b.png", "in/deep/c.png", "in/deep/d.ppm"], Names("in"));
        Assert.Equal(["in/b.png"], Names("in/*.png"));
        Assert.Equal(["in/b.png", "in/deep/c.png"], Names("in/**/*.png"));
        Assert.Equal(["in/deep/d.ppm", "e.png", "in/deep/c.png"], Names("in/deep/d.ppm", "e.png", "in/deep"));
        Assert.Equal(["e.png"], Names("*.png"));
        Assert.Equal([Path.Combine(Folder, "in", "b.png")], Names(Path.Combine(Folder, "in", "*.png")));

        string[] Names(params string[] arguments) =>
            [.. ConsoleRun.Json(["detect", .. arguments, "--model", _spot]).EnumerateArray().Select(i => i.GetProperty("image").GetString()!)];
    }

    [Fact]
    public void Names_with_special_characters_come_through()
    {
        const string name = "@a b,\"ü\" [x].png";
        WriteSpot(name);
        Assert.Equal(name, ConsoleRun.Json("detect", name, "--model", _spot)[0].GetProperty("image").GetString());
        Assert.StartsWith("\"@a b,\"\"ü\"\" [x].png\",2.00,", ConsoleRun.Text("detect", name, "--model", _spot, "--format", "csv").Split('\n')[1], StringComparison.Ordinal);
        Assert.StartsWith(name, ConsoleRun.Text("detect", name, "--model", _spot), StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_has_a_line_a_face()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/none.png", grey: 0);
        var lines = ConsoleRun.Text("detect", "in", "--model", _spot, "--format", "csv").Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("image,x1,y1,x2,y2,score", lines[0]);
        Assert.Equal("in/a.png,2.00,6.00,18.00,22.00," + BrightSpotDetector.ScoreOf(255).ToString("F4", CultureInfo.InvariantCulture), Assert.Single(lines[1..]));
    }

    [Fact]
    public void Wider_is_the_submission_format()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/none.png", grey: 0);
        Assert.Equal("in/a.png\n1\n2.0 6.0 17.0 17.0 1.000\nin/none.png\n0\n", ConsoleRun.Text("detect", "in", "--model", _spot, "--format", "wider"));
    }

    [Fact]
    public void Coco_is_a_data_set_of_images_and_annotations()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/b.png", grey: 200);
        using var document = JsonDocument.Parse(ConsoleRun.Text("detect", "in", "--model", _spot, "--format", "coco"));
        var coco = document.RootElement;
        Assert.Equal([1, 2], coco.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("id").GetInt32()));
        Assert.Equal("in/b.png", coco.GetProperty("images")[1].GetProperty("file_name").GetString());
        var second = coco.GetProperty("annotations")[1];
        Assert.Equal((2, 2, 1), (second.GetProperty("id").GetInt32(), second.GetProperty("image_id").GetInt32(), second.GetProperty("category_id").GetInt32()));
        Assert.Equal([2, 6, 16, 16], second.GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(256, second.GetProperty("area").GetDouble());
        Assert.Equal("face", coco.GetProperty("categories")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Text_is_for_people()
    {
        var text = ConsoleRun.Text("detect", WriteSpot("a.png"), WriteSpot("none.png", grey: 0), "--model", _spot);
        Assert.Contains("a.png (64 x 48): 1 face" + Environment.NewLine, text, StringComparison.Ordinal);
        Assert.Contains("(16 x 16)", text, StringComparison.Ordinal);
        Assert.Contains("none.png (64 x 48): 0 faces", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotated_copies_keep_the_folders_and_leave_the_originals()
    {
        foreach (var name in new[] { "in/a.png", "in/deep/b.ppm" }) WriteSpot(name);
        WriteScene("in/c.jpg");
        File.WriteAllText("in/d.pgm", "P2 4 4 255\n" + string.Concat(Enumerable.Repeat("255 ", 16)));
        var original = File.ReadAllBytes("in/a.png");
        ConsoleRun.Text("detect", "in", "--model", _spot, "--out", "out/marked");
        Assert.Equal(
            ["in/a.png", "in/c.jpg", "in/d.pgm", "in/deep/b.ppm", "out/marked/a.png", "out/marked/c.jpg", "out/marked/d.pgm.png", "out/marked/deep/b.ppm", "spot.safetensors"],
            Files());
        Assert.Equal(original, File.ReadAllBytes("in/a.png"));
        var (plain, marked) = (ImageFile.Read("in/a.png"), ImageFile.Read("out/marked/a.png"));
        Assert.Equal((plain.Width, plain.Height), (marked.Width, marked.Height));
        Assert.NotEqual(plain.Pixels, marked.Pixels);
        Assert.NotEqual(0, marked.Pixels[(((14 * 64) + 2) * 3) + 1]);
    }

    [Fact]
    public void Other_images_are_done_when_one_cannot_be_read()
    {
        WriteSpot("in/a.png");
        File.WriteAllText("in/b.png", "garbage");
        File.WriteAllBytes("in/c.png", File.ReadAllBytes("in/a.png")[..60]);
        WriteSpot("in/d.png");
        var run = ConsoleRun.Of("detect", "in", "--model", _spot, "--json", "--out", "out");
        Assert.Equal(1, run.Code);
        Assert.Equal(2, run.Errors.Length);
        Assert.StartsWith("secateur: in/b.png: ", run.Errors[0], StringComparison.Ordinal);
        Assert.StartsWith("secateur: in/c.png: ", run.Errors[1], StringComparison.Ordinal);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal(["in/a.png", "in/d.png"], document.RootElement.EnumerateArray().Select(i => i.GetProperty("image").GetString()));
        Assert.Equal(["out/a.png", "out/d.png"], Files().Where(f => f.StartsWith("out", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_multi_scale_protocol_confirms_a_face_in_several_passes()
    {
        ImageFile.Write("big.png", BrightSpotDetector.Picture(600, 400, (200, 120, 16, 255)));
        var faces = ConsoleRun.Json("detect", "big.png", "--model", _spot, "--protocol", "multi-scale")[0].GetProperty("faces");
        Assert.InRange(faces.GetArrayLength(), 1, 20);
        Assert.All(faces.EnumerateArray(), f => Assert.True(f.GetProperty("x2").GetDouble() > 200 && f.GetProperty("x1").GetDouble() < 216));
    }

    [Fact]
    public void Scale_changes_what_is_found_not_where_it_is()
    {
        var face = ConsoleRun.Json("detect", WriteSpot("a.png"), "--model", _spot, "--scale", "2")[0].GetProperty("faces")[0];
        Assert.Equal(8, face.GetProperty("x2").GetDouble() - face.GetProperty("x1").GetDouble(), 1e-3);
        Assert.InRange(face.GetProperty("x1").GetDouble(), 4, 12);
    }

    [Fact]
    public void Images_and_folders_that_cannot_be_used_are_told()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/b/a.png");
        FailsAndWritesNothing(["detect", "missing.png", "--model", _spot], "missing.png", "no such file or folder");
        FailsAndWritesNothing(["detect", "in/*.jpg", "--model", _spot], "in/*.jpg", "no images");
        FailsAndWritesNothing(["detect", "nowhere/*.jpg", "--model", _spot], "nowhere", "no such folder");
        FailsAndWritesNothing(["detect", "in/a.png", "--model", _spot, "--out", "in"], "in/a.png", "replace");
        FailsAndWritesNothing(["detect", "in/a.png", "in/b/a.png", "--model", _spot, "--out", "out"], "two images would be written to", "a.png");
        FailsAndWritesNothing(["detect", "in/a.png", "--model", _spot, "--out", _spot], _spot, "is a file");
        FailsAndWritesNothing(["detect", "in/a.png", "--model", _spot, "--out", _spot + "/sub"], _spot);
        FailsAndWritesNothing(["detect", "in/a.png", "--model", "in"], "in", "is a directory");
        FailsAndWritesNothing(["detect", "in/a.png", "--model"], "--model");
        FailsAndWritesNothing(["detect", "--model", _spot], "detect");
        FailsAndWritesNothing(["detect", "in/a.png", "--model", _spot, "--frobnicate"], "--frobnicate", "no such option");
        Directory.CreateDirectory("empty");
        FailsAndWritesNothing(["detect", "empty", "--model", _spot], "empty", "no images");
    }

    [Fact]
    public void Hostile_images_are_told()
    {
        File.WriteAllBytes("huge.png", PngHeader(40_000, 40_000));
        FailsAndWritesNothing(["detect", "huge.png", "--model", _spot, "--json"], "huge.png", "40000", "more than the limit of 100000000");
        File.WriteAllText("wide.ppm", "P6 60000 60000 255\n");
        FailsAndWritesNothing(["detect", "wide.ppm", "--model", _spot], "wide.ppm", "60000");
        WriteSpot("a.png");
        FailsAndWritesNothing(["detect", "a.png", "--model", _spot, "--max-pixels", "3000"], "a.png", "3072", "3000");
        File.WriteAllBytes("empty.jpg", []);
        FailsAndWritesNothing(["detect", "empty.jpg", "--model", _spot], "empty.jpg");
        ImageFile.Write("tiny.png", BrightSpotDetector.Picture(2, 2));
        FailsAndWritesNothing(["detect", "tiny.png", "--model", _spot], "tiny.png", "too small");
        const string twoLines = "a\nb\u001b[31m.png";
        File.WriteAllText(twoLines, "garbage");
        FailsAndWritesNothing(["detect", twoLines, "--model", _spot], "a b [31m.png");
    }

    private static byte[] PngHeader(uint width, uint height)
    {
        byte[] chunk = [.. "IHDR"u8, .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0];
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. BigEndian(13), .. chunk, .. BigEndian(Crc(chunk)), .. BigEndian(0), .. "IDAT"u8, .. BigEndian(Crc([.. "IDAT"u8]))];
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    private static byte[] BigEndian(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
