using System.Globalization;
using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;

namespace Secateur.Tests.Runtime;

/// <summary>
/// The test assembly as a program: prints the vector width that it found and the outputs of a forward pass of each detector. Vector widths are chosen when a
/// process starts, so <see cref="SimdLevelTests"/> starts it anew for each.
/// </summary>
internal static class SimdProbe
{
    private const int Height = 45;
    private const int Width = 70;

    public static int Main(string[] args)
    {
        if (args.Length > 0) return Neon.ClassRunner.Run(args) ? 0 : 1;
        Console.WriteLine(SimdLevels.Detect());
        foreach (var value in Forward()) Console.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    public static IEnumerable<float> Forward() => [.. Forward(EResFd.Create()), .. Forward(Extd.Create(32))];

    private static List<float> Forward(Network network)
    {
        var model = RandomWeights.Fill(network, 1);
        using var session = new InferenceEngine(model).CreateSession();
        session.Run([.. Equality.Image(3, Height, Width, seed: 2).Data.Select(v => (float)v)], Height, Width);
        var values = new List<float>();
        foreach (var output in network.Outputs)
        {
            var shape = session.OutputShape(output.Name);
            var result = new float[shape.Channels * shape.Area];
            session.CopyOutput(output.Name, result);
            values.AddRange(result);
        }

        return values;
    }
}
