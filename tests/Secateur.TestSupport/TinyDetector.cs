using Secateur.Graph;
using Secateur.Models;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>A detector small enough to train in milliseconds: two convolutions with batch norms, one level of stride 4.</summary>
public static class TinyDetector
{
    public static Model Create(int seed = 1)
    {
        var g = new NetworkBuilder("tiny");
        var x = g.Input(3);
        for (var i = 0; i < 2; i++) x = g.Relu(g.BatchNorm(g.Conv2d(x, $"base.{i}.0", 8, 3, 2, 1), $"base.{i}.1"));
        var loc = g.Conv2d(x, "loc.0", 4, 1, bias: true);
        g.Output("loc_0", loc);
        var conf = g.Conv2d(x, "conf.0", 4, 1, bias: true);
        g.Output("conf_0", conf);
        g.Level(4, [16], loc, g.MaxOut(conf));
        var model = RandomWeights.Fill(g.Build(), seed);

        // Pixels are up to 123 away from the mean: without this, the first losses would be far beyond a trained network's.
        foreach (ref var value in model.Weights["base.0.0.weight"].Data.AsSpan()) value /= 64;
        return model;
    }

    public static string Write(string path, int seed = 1)
    {
        ModelFile.Write(path, Create(seed));
        return path;
    }
}
