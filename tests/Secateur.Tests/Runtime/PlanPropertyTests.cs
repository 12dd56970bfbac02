using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Pruning.Compaction;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>Plans of random networks against the reference operations: every vector width, any size, any number of parts.</summary>
public class PlanPropertyTests
{
    private static readonly SimdLevel[] Levels = [.. TestedWidths.All];

    [Fact]
    public void Random_networks_compute_what_the_reference_operations_do()
    {
        var runs = 0;
        for (var seed = 0; seed < 250; seed++) runs += Check(HardToPlanNetworks.Create(seed), seed);
        Assert.True(runs > 500, $"only {runs} runs");
    }

    [Fact]
    public void Imported_networks_compute_what_the_reference_operations_do()
    {
        var runs = 0;
        for (var seed = 0; seed < 250; seed++) runs += Check(HardToPlanNetworks.CreateImported(seed), seed);
        Assert.True(runs > 500, $"only {runs} runs");
    }

    [Fact]
    public void Compacted_imported_networks_compute_what_the_reference_operations_do()
    {
        var runs = 0;
        for (var seed = 0; seed < 100; seed++) runs += Check(Compactor.Compact(RandomNetworks.CreateImported(seed)), seed);
        Assert.True(runs > 200, $"only {runs} runs");
    }

    [Fact]
    public void Compacted_networks_compute_what_the_reference_operations_do()
    {
        var runs = 0;
        for (var seed = 0; seed < 100; seed++) runs += Check(Compactor.Compact(RandomNetworks.Create(seed)), seed);
        Assert.True(runs > 200, $"only {runs} runs");
    }

    private static int Check(Model model, int seed)
    {
        var random = new Random(seed);
        (string Name, Model Model)[] forms = [("batch norms folded", FoldBatchNorm.Run(model)), ("inference form", ModelPasses.Inference.Run(model))];
        var lowered = (from form in forms from level in Levels select (form.Name, Model: new LoweredModel(form.Model, level))).ToArray();
        var runs = 0;
        (int Height, int Width)[] sizes = [(1, 1), (random.Next(1, 6), random.Next(1, 6)), (random.Next(1, 24), random.Next(1, 40)), (random.Next(4, 12), random.Next(60, 70))];
        foreach (var (height, width) in sizes)
        {
            var image = Equality.Image(model.Network.Nodes.OfType<InputNode>().Single().Channels, height, width, seed);
            if (!CanRun(model.Network, image)) continue;
            var expected = ReferenceExecutor.Run(model, image);
            foreach (var (name, candidate) in lowered)
                CheckParts(candidate, expected, model.Network, image, $"seed {seed}, {height} x {width}, {candidate.Level}, {name}");
            runs++;
        }

        return runs;
    }

    private static void CheckParts(LoweredModel lowered, IReadOnlyList<Volume> expected, Network network, Volume image, string where)
    {
        var whole = PlanRun.Run(lowered, image, parts: 1);
        PlanRun.AssertEqual(expected, network, whole, where);
        var parts = 2 + (image.Width % 3);
        var split = PlanRun.Run(lowered, image, parts);
        foreach (var (name, values) in whole) Assert.True(values.SequenceEqual(split[name]), $"{where}: {name} differs in {parts} parts");
    }

    private static bool CanRun(Network network, Volume image)
    {
        try
        {
            NetworkShapes.Infer(network, image.Height, image.Width);
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }
}
