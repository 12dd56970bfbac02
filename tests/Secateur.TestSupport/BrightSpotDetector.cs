using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>
/// A detector whose answers can be told by hand: one level of stride 4 with anchors of 16 pixels; a cell's face logit is a tenth of how much
/// its 4 x 4 pixels are brighter than the mean colour, its background logits are 0, and its box is its anchor.
/// </summary>
public static class BrightSpotDetector
{
    public const int Stride = 4;
    public const int AnchorSize = 16;

    private const float Mean = (123 + 117 + 104) / 3f;

    public static Model Create(double aspect = 1)
    {
        var g = new NetworkBuilder("bright-spot");
        var brightness = g.Conv2d(g.Input(3), "base.0", 1, Stride, Stride);
        var loc = g.Conv2d(brightness, "loc.0", 4, 1);
        g.Output("loc_0", loc);
        var conf = g.Conv2d(brightness, "conf.0", 4, 1);
        g.Output("conf_0", conf);
        g.Level(Stride, [AnchorSize], loc, g.MaxOut(conf));
        return new Model(
            g.Build(head => head with { AnchorAspect = aspect }),
            [
                KeyValuePair.Create("base.0.weight", Filled(1f / (Stride * Stride * 3), 1, 3, Stride, Stride)),
                KeyValuePair.Create("loc.0.weight", new Tensor(4, 1, 1, 1)),
                KeyValuePair.Create("conf.0.weight", new Tensor([4, 1, 1, 1], [0, 0, 0, 0.1f])),
            ],
            new ModelInfo());
    }

    public static string Write(string path, double aspect = 1)
    {
        ModelFile.Write(path, Create(aspect));
        return path;
    }

    /// <summary>The score of a cell whose pixels are all of one grey.</summary>
    public static float ScoreOf(byte grey) => 1 / (1 + MathF.Exp(-0.1f * (grey - Mean)));

    /// <summary>A black picture with grey squares.</summary>
    public static RgbImage Picture(int width, int height, params (int X, int Y, int Side, byte Grey)[] squares)
    {
        var image = new RgbImage(width, height);
        foreach (var (left, top, side, grey) in squares)
        {
            for (var y = top; y < top + side; y++) image.Pixels.AsSpan(((y * width) + left) * 3, side * 3).Fill(grey);
        }

        return image;
    }

    private static Tensor Filled(float value, params ReadOnlySpan<int> shape)
    {
        var tensor = new Tensor(shape);
        Array.Fill(tensor.Data, value);
        return tensor;
    }
}
