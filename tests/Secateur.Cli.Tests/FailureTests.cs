using System.Text;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>Whatever is wrong: one line that says so, nothing on stdout, nothing written.</summary>
public sealed class FailureTests : CliTest
{
    [Theory]
    [InlineData("detct", "detct: no such command or option, did you mean detect?")]
    [InlineData("--frobnicate", "--frobnicate: no such command or option")]
    [InlineData("inspect", "inspect --help")]
    [InlineData("inspect m.safetensors --frobnicate", "--frobnicate", "secateur inspect --help")]
    [InlineData("inspect m.safetensors --imgzs 9", "--imgzs: no such command or option, did you mean --imgsz?")]
    [InlineData("detect a.png --cnof 0.5 --model m.safetensors", "did you mean --conf?")]
    [InlineData("inspect m.safetensors another", "another: no such command or option")]
    [InlineData("inspect --frobnicate", "--frobnicate: no such option")]
    [InlineData("bench m.safetensors --frobnicate", "--frobnicate: no such option")]
    [InlineData("inspect m.safetensors --arch vgg", "--arch is 'vgg'", "eresfd, extd64, extd48, extd32")]
    [InlineData("inspect m.safetensors --imgsz", "--imgsz")]
    [InlineData("inspect m.safetensors --imgsz 0x640", "--imgsz is '0x640'", "480x640")]
    [InlineData("inspect m.safetensors --imgsz 480x", "--imgsz is '480x'")]
    [InlineData("inspect m.safetensors --imgsz 1x2x3", "--imgsz is '1x2x3'")]
    [InlineData("inspect m.safetensors --imgsz -480x640", "--imgsz is '-480x640'")]
    [InlineData("inspect m.safetensors --imgsz 99999999999x1", "--imgsz is")]
    [InlineData("bench m.safetensors --imgsz 100000x100000", "--imgsz is '100000x100000'", "100000000 pixels")]
    [InlineData("prune m.safetensors", "--rate")]
    [InlineData("prune m.safetensors --rate 1.0", "--rate is '1.0'", "at least 0 and less than 1")]
    [InlineData("prune m.safetensors --rate -0.1", "--rate is '-0.1'")]
    [InlineData("prune m.safetensors --rate abc", "--rate is 'abc'", "at least 0 and less than 1")]
    [InlineData("prune m.safetensors --rate 0,3", "--rate is '0,3'")]
    [InlineData("prune m.safetensors --rate NaN", "--rate is 'NaN'")]
    [InlineData("prune m.safetensors --rate 0.1 --rate 0.2", "--rate")]
    [InlineData("prune m.safetensors --rate 0.3 --criterion best", "--criterion is 'best'", "fpgm, l1, l2, bn, taylor, random")]
    [InlineData("prune m.safetensors --rate 0.3 --criterion taylor", "--criterion taylor needs --data", "--epochs 0")]
    [InlineData("prune m.safetensors --rate 0.3 --batches 4", "--batches means nothing to --criterion fpgm")]
    [InlineData("prune m.safetensors --rate 0.3 --epochs 5", "--epochs needs --data")]
    [InlineData("prune m.safetensors --rate 0.3 --epochs 0 --finetune-epochs 2", "--finetune-epochs needs --data")]
    [InlineData("prune m.safetensors --rate 0.3 --batch 2", "--batch needs --data")]
    [InlineData("prune --rate 0.3", "name a model to prune", "--resume")]
    [InlineData("prune m.safetensors --rate 0.3 --target parameters=0.5", "--rate and --target exclude each other")]
    [InlineData("prune m.safetensors --rate 0.3 --mask k.json", "--rate and --mask exclude each other")]
    [InlineData("prune m.safetensors --target half", "--target is 'half'", "parameters=0.5", "latency=2.0ms@480x640")]
    [InlineData("prune m.safetensors --target parameters=1.5", "--target is 'parameters=1.5'")]
    [InlineData("prune m.safetensors --target parameters=0.001", "no rate reaches parameters=0.001", "the smallest compacted model, at rate 0.9375")]
    [InlineData("prune m.safetensors --target parameters=0.5 --threads 2", "--threads needs --data")]
    [InlineData("prune m.safetensors --rate 0.3 --round-to 0", "--round-to is '0'")]
    [InlineData("prune m.safetensors --rate 0.3 --round-to 8", "prunes no filter where every layer keeps a multiple of 8")]
    [InlineData("prune m.safetensors --mask nowhere.json --criterion l1", "--criterion means nothing to --mask")]
    [InlineData("prune m.safetensors --mask nowhere.json --round-to 2", "--round-to means nothing to --mask")]
    [InlineData("prune m.safetensors --mask nowhere.json --data . --epochs 3", "--epochs means nothing to --mask", "--finetune-epochs")]
    [InlineData("prune m.safetensors --rate 0.3 --save-mask m.safetensors", "is the input itself")]
    [InlineData("prune m.safetensors --rate 0.3 --save-mask nowhere/k.json", "there is no folder")]
    [InlineData("prune m.safetensors --rate 0.3 --out p.safetensors --save-mask p.safetensors", "--save-mask and --out name one file")]
    [InlineData("prune m.safetensors --search random --data . --target parameters=0.5", "--search is 'random'", "bayesian")]
    [InlineData("prune m.safetensors --search bayesian --target parameters=0.5", "--search needs --data")]
    [InlineData("prune m.safetensors --search bayesian --data . --rate 0.3", "--search needs --target")]
    [InlineData("prune m.safetensors --search bayesian --data . --target latency=2ms", "--search needs a target that can be counted")]
    [InlineData("prune m.safetensors --rate 0.3 --trials 5", "--trials needs --search")]
    [InlineData("prune m.safetensors --rate 0.3 --group a=base.*", "--group needs --search")]
    [InlineData("prune --search-trial . one", "--search-trial is '. one'")]
    [InlineData("sensitivity m.safetensors", "--data")]
    [InlineData("sensitivity m.safetensors --data . --rates 0.1,1", "--rates is '0.1,1'", "above 0 and below 1")]
    [InlineData("sensitivity m.safetensors --data . --criterion taylor", "--criterion is 'taylor'")]
    [InlineData("sensitivity m.safetensors --data . --group stem", "--group is 'stem'", "NAME=PATTERN")]
    [InlineData("sensitivity m.safetensors --data . --group heads=loc.*", "layer group heads", "'loc.*'")]
    [InlineData("sensitivity m.safetensors --data . --group-by layer --group a=base.*", "--group means nothing to --group-by layer")]
    [InlineData("sensitivity m.safetensors --data . --metric ap --imgsz 320", "--imgsz means nothing to --metric ap")]
    [InlineData("sensitivity m.safetensors --data . --plot s.png", "--plot is 's.png'")]
    [InlineData("sensitivity m.safetensors --data nowhere", "nowhere")]
    [InlineData("prune m.safetensors --rate 0.3 --data nowhere", "nowhere", "no such folder")]
    [InlineData("prune m.safetensors --rate 0.3 --data .", "no data set of a known layout")]
    [InlineData("prune --resume nowhere", "nowhere", "no run here")]
    [InlineData("prune m.safetensors --resume nowhere", "--resume names the run")]
    [InlineData("prune --resume nowhere --rate 0.3", "--rate cannot be changed by --resume")]
    [InlineData("prune m.safetensors --rate 0.3 --data . --batch 0", "--batch is '0'")]
    [InlineData("prune m.safetensors --rate 0.3 --data . --layer base.nothing*=0.2", "'base.nothing*'", "no prunable layer")]
    [InlineData("train", "name a network", "eresfd, extd64, extd48, extd32")]
    [InlineData("train eresfd", "--data is missing")]
    [InlineData("train resnet --data .", "unknown architecture 'resnet'", "eresfd")]
    [InlineData("train eresfd --data nowhere", "nowhere", "no such folder")]
    [InlineData("train eresfd --data .", "no data set of a known layout")]
    [InlineData("train extd64 --data . --from m.safetensors", "m.safetensors", "is a model of eresfd, not of extd64")]
    [InlineData("train eresfd --data . --epochs 0", "--epochs is '0'")]
    [InlineData("train eresfd --data . --lr -1", "--lr is '-1'")]
    [InlineData("train eresfd --data . --optimizer adamw", "--optimizer is 'adamw'", "adam, sgd")]
    [InlineData("train eresfd --data . --weight-decay 1", "--weight-decay is '1'")]
    [InlineData("train eresfd --data . --name a/b", "--name is 'a/b'")]
    [InlineData("train --resume nowhere --seed 3", "--seed cannot be changed by --resume")]
    [InlineData("prune m.safetensors --rate 0.3 --layer base.nothing*=0.2", "'base.nothing*'", "no prunable layer")]
    [InlineData("prune m.safetensors --rate 0.3 --layer base.conv1.0", "--layer is 'base.conv1.0'", "PATTERN=RATE")]
    [InlineData("prune m.safetensors --rate 0.3 --layer base.*=1", "--layer is 'base.*=1'")]
    [InlineData("prune m.safetensors --rate 0.3 --exclude loc.0", "'loc.0'", "no prunable layer")]
    [InlineData("prune m.safetensors --rate 0.3 --seed 1.5", "--seed is '1.5'")]
    [InlineData("prune m.safetensors --rate 0.3 --out nowhere/p.safetensors", "nowhere/p.safetensors", "there is no folder")]
    [InlineData("prune m.safetensors --rate 0.3 --out .", "is a folder")]
    [InlineData("prune m.safetensors --rate 0.3 --out m.safetensors", "m.safetensors", "is the input itself")]
    [InlineData("prune m.safetensors --rate 0.3 --out ./m.safetensors", "m.safetensors", "is the input itself")]
    [InlineData("compact m.safetensors --out m.safetensors", "is the input itself")]
    [InlineData("compact m.safetensors --out m.safetensors/c.safetensors", "there is no folder")]
    [InlineData("import m.safetensors", "is the input itself")]
    [InlineData("import m.safetensors --out i.safetensors --anchor-aspect 0", "--anchor-aspect is '0'")]
    [InlineData("import m.safetensors --out i.safetensors --arch extd64", "extd64")]
    [InlineData("detect a.png --model m.safetensors --conf 2", "--conf is '2'")]
    [InlineData("detect a.png --model m.safetensors --conf high", "--conf is 'high'")]
    [InlineData("detect a.png --model m.safetensors --iou 0", "--iou is '0'")]
    [InlineData("detect a.png --model m.safetensors --scale 1,5", "--scale is '1,5'")]
    [InlineData("detect a.png --model m.safetensors --threads 0", "--threads is '0'")]
    [InlineData("detect a.png --model m.safetensors --threads many", "--threads is 'many'")]
    [InlineData("detect a.png --model m.safetensors --max-det 0", "--max-det is '0'")]
    [InlineData("detect a.png --model m.safetensors --max-pixels -1", "--max-pixels is '-1'")]
    [InlineData("detect a.png --model m.safetensors --format xml", "--format is 'xml'", "text, json, jsonl, csv, wider, coco, coco-results")]
    [InlineData("detect a.png --model m.safetensors --format 7", "--format is '7'")]
    [InlineData("detect a.png --model m.safetensors --protocol double", "--protocol is 'double'", "single, multi-scale")]
    [InlineData("detect a.png --model m.safetensors --protocol", "--protocol")]
    [InlineData("bench m.safetensors --runs 0", "--runs is '0'")]
    [InlineData("bench m.safetensors --threads x", "--threads is 'x'")]
    [InlineData("evaluate", "--data is missing", "--predictions")]
    [InlineData("evaluate --model m.safetensors", "--data")]
    [InlineData("evaluate --predictions .", "--ground-truth")]
    [InlineData("evaluate --model m.safetensors --predictions . --data .", "either")]
    [InlineData("evaluate --model m.safetensors --data nowhere", "nowhere")]
    [InlineData("scene --imgsz 16x64", "16")]
    [InlineData("scene --out scene.gif", "scene.gif", ".png")]
    [InlineData("scene --out nowhere/scene.png", "there is no folder")]
    [InlineData("scene --faces -3", "--faces is '-3'")]
    public void A_wrong_call_is_told_in_one_line(string line, params string[] parts)
    {
        WriteEResFd();
        WriteSpot("a.png");
        FailsAndWritesNothing(line.Split(' '), parts);

        // Data and files that are not there are failures, all else is a wrong call.
        var isCall = !new[] { "--data", "--resume nowhere", "--arch extd64" }.Any(part => line.Contains(part, StringComparison.Ordinal)) || parts.Any(part => part.StartsWith("--", StringComparison.Ordinal));
        if (isCall) Assert.Equal(2, ConsoleRun.Of(line.Split(' ')).Code);
    }

    public static TheoryData<string, byte[]> BadModels => new()
    {
        { "is empty.safetensors", [] },
        { "garbage.safetensors", "this is no model, whatever its name says"u8.ToArray() },
        { "garbage.pth", [0x80, 0x02, 0x8A, 0x0A, 1, 2, 3] },
        { "zip.pth", "PK\u0003\u0004 and then nothing"u8.ToArray() },
        { "huge-header.safetensors", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, (byte)'{'] },
        { "outside.safetensors", Header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1000000],\"data_offsets\":[0,4000000]}}") },
    };

    [Theory]
    [MemberData(nameof(BadModels))]
    public void A_damaged_model_is_named_by_every_command(string name, byte[] content)
    {
        File.WriteAllBytes(name, content);
        WriteSpot("a.png");
        Safetensors.Write("x.safetensors", [KeyValuePair.Create("input", new Kernels.Tensor(1, 3, 32, 32))]);
        foreach (var call in Calls(name)) FailsAndWritesNothing(call, name);
    }

    [Fact]
    public void A_model_that_is_no_file_is_named_by_every_command()
    {
        WriteSpot("a.png");
        Safetensors.Write("x.safetensors", [KeyValuePair.Create("input", new Kernels.Tensor(1, 3, 32, 32))]);
        Directory.CreateDirectory("folder");
        foreach (var call in Calls("folder")) FailsAndWritesNothing(call, "folder", "is a directory");
        foreach (var call in Calls("missing.safetensors")) FailsAndWritesNothing(call, "missing.safetensors");
    }

    [Fact]
    public void A_truncated_model_is_told_wherever_it_ends()
    {
        var whole = File.ReadAllBytes(WriteEResFd());
        foreach (var length in new[] { 1, 7, 8, 100, 5000, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes("cut.safetensors", whole[..length]);
            FailsAndWritesNothing(["inspect", "cut.safetensors"], "cut.safetensors");
        }
    }

    [Fact]
    public void A_damaged_network_in_the_metadata_is_told()
    {
        BrightSpotDetector.Write("spot.safetensors");
        var file = Safetensors.Read("spot.safetensors");
        var network = file.Metadata["secateur.network"];
        foreach (var damaged in new[] { "", "!", network[..(network.Length / 2)], network[4..], Convert.ToBase64String(new byte[100]) })
        {
            Rewrite("secateur.network", damaged);
            FailsAndWritesNothing(["inspect", "damaged.safetensors"], "damaged.safetensors");
        }

        foreach (var (key, value) in new[] { ("secateur.mean", "[1]"), ("secateur.mean", "{"), ("secateur.anchor_aspect", "wide"), ("secateur.provenance", "7") })
        {
            Rewrite(key, value);
            FailsAndWritesNothing(["inspect", "damaged.safetensors"], "damaged.safetensors");
        }

        void Rewrite(string key, string value)
        {
            var metadata = new Dictionary<string, string>(file.Metadata) { [key] = value };
            Safetensors.Write("damaged.safetensors", file.Tensors, metadata);
        }
    }

    private static IEnumerable<string[]> Calls(string model) =>
    [
        ["inspect", model],
        ["inspect", model, "--json"],
        ["import", model, "--out", "out.safetensors"],
        ["prune", model, "--rate", "0.3", "--out", "out.safetensors"],
        ["compact", model, "--out", "out.safetensors"],
        ["forward", model, "--input", "x.safetensors", "--out", "out.safetensors"],
        ["detect", "a.png", "--model", model, "--out", "marked"],
        ["bench", model, "--runs", "1"],
    ];

    private static byte[] Header(string json) => [.. BitConverter.GetBytes((long)json.Length), .. Encoding.UTF8.GetBytes(json)];
}
