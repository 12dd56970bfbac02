using Secateur.Kernels;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class ForwardCommandTests : CliTest
{
    [Fact]
    public void A_batch_gives_what_each_image_gives()
    {
        var model = WriteEResFd();
        var random = new Random(5);
        var images = Enumerable.Range(0, 2).Select(_ => Random(random, 1, 3, 47, 61)).ToArray();
        Write("both.safetensors", new Tensor([2, 3, 47, 61], [.. images[0].Data, .. images[1].Data]));
        var json = ConsoleRun.Json("forward", model, "--input", "both.safetensors", "--out", "y.safetensors");
        var both = Safetensors.Read("y.safetensors").Tensors;
        Assert.Equal([.. Enumerable.Range(0, 6).Select(k => $"conf_{k}"), .. Enumerable.Range(0, 6).Select(k => $"loc_{k}")], both.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2, 4, 12, 16], both["loc_0"].Shape);
        Assert.Equal([2, 4, 12, 16], both["conf_0"].Shape);
        Assert.Equal([2, 2, 1, 1], both["conf_5"].Shape);
        Assert.Equal([2, 4, 12, 16], json.GetProperty("outputs").GetProperty("loc_0").EnumerateArray().Select(e => e.GetInt32()));
        for (var n = 0; n < 2; n++)
        {
            Write("one.safetensors", images[n]);
            ConsoleRun.Text("forward", model, "-i", "one.safetensors", "-o", "y1.safetensors", "--threads", "2", "--force");
            var one = Safetensors.Read("y1.safetensors").Tensors;
            Assert.All(both, output =>
            {
                var length = one[output.Key].Length;
                Assert.Equal(one[output.Key].Data, output.Value.Data.AsSpan(n * length, length).ToArray());
            });
        }
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused()
    {
        var model = WriteEResFd();
        Write("grey.safetensors", new Tensor(1, 1, 32, 32));
        FailsAndWritesNothing(["forward", model, "-i", "grey.safetensors", "-o", "y.safetensors"], "grey.safetensors", "[1, 1, 32, 32]", "[N, 3, H, W]");
        Write("flat.safetensors", new Tensor(3, 32, 32));
        FailsAndWritesNothing(["forward", model, "-i", "flat.safetensors", "-o", "y.safetensors"], "flat.safetensors", "[3, 32, 32]");
        Write("none.safetensors", new Tensor(0, 3, 32, 32));
        FailsAndWritesNothing(["forward", model, "-i", "none.safetensors", "-o", "y.safetensors"], "none.safetensors", "[0, 3, 32, 32]");
        FailsAndWritesNothing(["forward", model, "-i", model, "-o", "y.safetensors"], model, "no tensor 'input'");
        FailsAndWritesNothing(["forward", model, "-i", "grey.safetensors", "-o", "grey.safetensors"], "grey.safetensors", "is the input itself");
        FailsAndWritesNothing(["forward", model, "-i", "grey.safetensors", "-o", model], model, "is the input itself");
        FailsAndWritesNothing(["forward", model, "-i", "missing.safetensors", "-o", "y.safetensors"], "missing.safetensors");
        FailsAndWritesNothing(["forward", model, "-o", "y.safetensors"], "--input");
    }

    private static Tensor Random(Random random, params ReadOnlySpan<int> shape)
    {
        var tensor = new Tensor(shape);
        for (var i = 0; i < tensor.Length; i++) tensor.Data[i] = (255 * random.NextSingle()) - 120;
        return tensor;
    }

    private static void Write(string path, Tensor input) => Safetensors.Write(path, [KeyValuePair.Create("input", input)]);
}
