using System.Globalization;
using Secateur.Kernels.Simd;
using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;

namespace Secateur.Tests.Runtime;

/// <summary>
/// The test assembly as a program: prints the vector width that it found and the outputs of an EResFD forward. Vector widths are chosen when a
/// process starts, so <see cref="SimdLevelTests"/> starts it anew for each.
/// </summary>
internal static class SimdProbe
{
    private const int Height = 45;
    private const int Width = 70;

    public static void Main()
    {
        Console.WriteLine(SimdLevels.Detect());
        foreach (var value in Forward()) Console.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public static IEnumerable<float> Forward()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 1);
        using var session = new InferenceEngine(model).CreateSession();
        session.Run([.. Equality.Image(3, Height, Width, seed: 2).Data.Select(v => (float)v)], Height, Width);
        var values = new List<float>();
        foreach (var output in model.Network.Outputs)
        {
            var shape = session.OutputShape(output.Name);
            var result = new float[shape.Channels * shape.Area];
            session.CopyOutput(output.Name, result);
            values.AddRange(result);
        }

        return values;
    }
}
