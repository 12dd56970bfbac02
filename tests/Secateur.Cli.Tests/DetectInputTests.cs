using System.Diagnostics;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>What folders, links, patterns and pipes give, and that no original is ever replaced.</summary>
public sealed class DetectInputTests : CliTest
{
    private readonly string _spot;

    public DetectInputTests() => _spot = BrightSpotDetector.Write("spot.safetensors");

    [Fact]
    public void Originals_are_not_replaced_through_a_link_to_their_folder()
    {
        WriteSpot("alb/a.png");
        WriteSpot("real/deep/alb/a.png");
        Link("alblink", "alb");
        Link("far", "real/deep");
        FailsAndWritesNothing(["detect", "alblink", "--model", _spot, "--out", "alb"], "would replace", "alblink/a.png");
        FailsAndWritesNothing(["detect", "alb", "--model", _spot, "--out", "alblink"], "would replace", "alb/a.png");
        FailsAndWritesNothing(["detect", "alb/a.png", "--model", _spot, "--out", "alblink"], "would replace", "alb/a.png");
        FailsAndWritesNothing(["detect", "alblink/*.png", "--model", _spot, "--out", "./alb/../alb"], "would replace");
        FailsAndWritesNothing(["detect", "far/alb/a.png", "--model", _spot, "--out", "real/deep/alb"], "would replace");
    }

    [Fact]
    public void An_original_is_not_replaced_through_a_link_to_the_file()
    {
        WriteSpot("alb/a.png");
        Directory.CreateDirectory("out");
        File.CreateSymbolicLink("out/a.png", Path.GetFullPath("alb/a.png"));
        FailsAndWritesNothing(["detect", "alb", "--model", _spot, "--out", "out"], "would replace", "alb/a.png");
    }

    [Fact]
    public void A_picture_of_the_users_own_in_the_output_folder_is_not_replaced_but_an_annotated_copy_is()
    {
        WriteSpot("photos/2024/a.png");
        WriteSpot("photos/a.png", grey: 200);
        FailsAndWritesNothing(["detect", "photos/2024", "--model", _spot, "--out", "photos"], "photos/a.png: exists already, and is not what secateur wrote there");
        foreach (var grey in new byte[] { 255, 240 })
        {
            WriteSpot("photos/2024/a.png", grey);
            ConsoleRun.Text("detect", "photos/2024", "--model", _spot, "--out", "marked");
        }

        WriteSpot("photos/2024/b.png");
        WriteSpot("marked/b.png");
        FailsAndWritesNothing(["detect", "photos/2024", "--model", _spot, "--out", "marked"], "marked/b.png: exists already");
        FailsAndWritesNothing(["scene", "--out", "photos/a.png"], "photos/a.png: exists already", "--force");
        FailsAndWritesNothing(["evaluate", "--predictions", "x", "--ground-truth", "x", "--plot", "photos/a.png"], "--plot is 'photos/a.png'; expected a file .svg");
    }

    [Fact]
    public void A_picture_that_took_the_place_of_a_copy_is_not_replaced_nor_one_that_was_never_written()
    {
        WriteSpot("in/a.png");
        File.WriteAllText("in/b.png", "broken");
        WriteSpot("in/x\nc.png");
        Assert.Equal(1, ConsoleRun.Of("detect", "in", "--model", _spot, "--out", "out").Code);
        WriteSpot("in/b.png");
        WriteSpot("out/b.png", grey: 7);
        FailsAndWritesNothing(["detect", "in", "--model", _spot, "--out", "out"], "out/b.png: exists already");
        File.Delete("out/b.png");
        WriteSpot("out/a.png", grey: 9);
        FailsAndWritesNothing(["detect", "in", "--model", _spot, "--out", "out"], "out/a.png: exists already");
        File.Delete("out/a.png");
        WriteSpot("in/c.png");
        WriteSpot("out/c.png");
        FailsAndWritesNothing(["detect", "in", "--model", _spot, "--out", "out"], "out/c.png: exists already");
    }

    [Fact]
    public void A_model_is_not_replaced_through_a_link()
    {
        Directory.CreateDirectory("models");
        WriteEResFd("models/m.safetensors");
        Link("link", "models");
        File.CreateSymbolicLink("same.safetensors", "models/m.safetensors");
        FailsAndWritesNothing(["compact", "link/m.safetensors", "--out", "models/m.safetensors"], "is the input itself");
        FailsAndWritesNothing(["compact", "models/m.safetensors", "--out", "same.safetensors"], "is the input itself");
        FailsAndWritesNothing(["prune", "same.safetensors", "--rate", "0.3", "--out", "link/m.safetensors"], "is the input itself");
        FailsAndWritesNothing(["import", "link/m.safetensors", "--out", "same.safetensors"], "is the input itself");
    }

    [Fact]
    public void A_scan_leaves_out_its_own_output_folder()
    {
        WriteSpot("in/a.png");
        for (var i = 0; i < 2; i++)
        {
            var run = ConsoleRun.Of("detect", "in", "--model", _spot, "--out", "in/ann", "--json");
            Assert.Equal(0, run.Code);
            Assert.Equal(i == 0 ? [] : ["passed over: the folder of --out"], run.Errors);
        }

        Assert.Equal(["in/a.png", "in/ann/a.png", "spot.safetensors"], Files());
    }

    [Fact]
    public void A_scan_visits_every_real_folder_once()
    {
        WriteSpot("in/deep/a.png");
        Link("in/deep/loop", "in");
        Link("in/a-link", "in/deep");
        Link("in/self", "in");
        var run = ConsoleRun.Of("detect", "in", "in/self/deep/a.png", "--model", _spot, "--format", "csv");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("in/deep/a.png,", run.Out.Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal(2, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("passed over: 3 links to folders already looked at, such as self", Assert.Single(run.Errors));
    }

    [Fact]
    public void A_scan_tells_in_one_line_what_it_passes_over()
    {
        WriteSpot("in/a.png");
        foreach (var name in new[] { "in/b.heic", "in/c.HEIC", "in/d.tif", "in/notes.txt", "in/empty.jpg" }) File.WriteAllText(name, name.EndsWith("jpg", StringComparison.Ordinal) ? "" : "x");
        File.CreateSymbolicLink("in/gone.jpg", "nowhere.jpg");
        var run = ConsoleRun.Of("detect", "in", "--model", _spot);
        Assert.Equal(0, run.Code);
        var line = Assert.Single(run.Errors);
        Assert.StartsWith("passed over: 2 .heic, 1 .tif (pictures can be .jpg, ", line, StringComparison.Ordinal);
        Assert.EndsWith("; 1 other file; 1 link to nothing, gone.jpg; 1 file without content (empty, a pipe or a device), empty.jpg", line, StringComparison.Ordinal);

        File.Delete("in/a.png");
        ConsoleRun.Fails(["detect", "in", "--model", _spot], "in: no images there", "2 .heic", "1 other file");
    }

    [Fact]
    public void A_named_pipe_is_passed_over_and_not_waited_for()
    {
        if (OperatingSystem.IsWindows()) return;
        WriteSpot("in/a.png");
        using (var made = Process.Start("mkfifo", "in/b.png")) made.WaitForExit();
        HangGuard.Run(() =>
        {
            var run = ConsoleRun.Of("detect", "in", "--model", _spot);
            Assert.Equal(0, run.Code);
            Assert.Contains("1 file without content (empty, a pipe or a device), b.png", Assert.Single(run.Errors), StringComparison.Ordinal);
        });
        HangGuard.Run(() => ConsoleRun.Fails(["detect", "in/b.png", "--model", _spot], "in/b.png", "is empty"));
        HangGuard.Run(() => ConsoleRun.Fails(["inspect", "in/b.png"], "in/b.png", "is empty, or a pipe or a device"));
        File.Delete("in/b.png");
    }

    [Fact]
    public void A_pattern_looks_no_deeper_than_it_says()
    {
        WriteSpot("in/a.png");
        WriteSpot("in/deep/er/b.png");
        Link("in/loop", "in");
        Assert.Equal(["in/a.png"], Names("in/*.png"));
        Directory.Delete("in/loop");
        Assert.Equal(["in/deep/er/b.png"], Names("in/*/*/*.png"));
        Assert.Equal(["in/a.png", "in/deep/er/b.png"], [.. ConsoleRun.Of("detect", "in/**/*.png", "--model", _spot, "--format", "csv").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(l => l.Split(',')[0])]);
    }

    [Fact]
    public void A_dangling_link_is_called_that()
    {
        File.CreateSymbolicLink("gone.png", "nowhere.png");
        Link("gone", "nowhere");
        FailsAndWritesNothing(["detect", "gone.png", "--model", _spot], "gone.png: is a link to nowhere.png, which does not exist");
        FailsAndWritesNothing(["detect", "gone", "--model", _spot], "gone: is a link to ", "which does not exist");
    }

    [Fact]
    public void Patterns_know_question_marks_sets_and_alternatives()
    {
        foreach (var name in new[] { "in/a1.png", "in/a2.ppm", "in/b1.png", "in/deep/a3.png" }) WriteSpot(name);
        Assert.Equal(["in/a1.png", "in/b1.png"], Names("in/?1.png"));
        Assert.Equal(["in/a1.png", "in/a2.ppm"], Names("in/[a]?.*"));
        Assert.Equal(["in/b1.png"], Names("in/[!a]1.png"));
        Assert.Equal(["in/a1.png", "in/a2.ppm", "in/b1.png"], Names("in/*.{png,ppm}"));
        Assert.Equal(["in/a1.png", "in/a2.ppm", "in/deep/a3.png"], Names("in/**/a[1-3].{png,ppm}"));
        Assert.Equal(["in/deep/a3.png"], Names("in/{deep,shallow}/*"));
        Assert.Equal(["in/deep/a3.png"], Names("i?/deep/a3.png"));
        FailsAndWritesNothing(["detect", "in/[z-a].png", "--model", _spot], "in/[z-a].png: no pattern", "[a-z]");
        FailsAndWritesNothing(["detect", "in/?.png", "--model", _spot], "in/?.png: no images there");
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_is_that_file()
    {
        WriteSpot("in/[a]*.png");
        Assert.Equal(["in/[a]*.png"], Names("in/[a]*.png"));
    }

    private string[] Names(string pattern) =>
        [.. ConsoleRun.Json("detect", pattern, "--model", _spot).EnumerateArray().Select(i => i.GetProperty("image").GetString()!)];

    private static void Link(string path, string target) => Directory.CreateSymbolicLink(path, Path.GetFullPath(target));
}
