using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Models;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Secateur.Tests.Runtime;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>Planned convolutions against the definition, at every vector width.</summary>
public class ConvPlanTests
{
    [Fact]
    public void Small_shapes_compute_what_the_definition_says()
    {
        var shapes = ConvShapes.Small().ToList();
        Assert.Equal(3 * 3 * 2, shapes.Select(s => (s.Conv.Kernel, s.Conv.Stride, s.Conv.Groups > 1)).Distinct().Count());
        foreach (var shape in shapes) Check(shape);
    }

    [Fact]
    public void Shapes_of_the_detectors_compute_what_the_definition_says()
    {
        var shapes = Architectures.Names.SelectMany(name => ConvShapes.Of(Architectures.Create(name), 32, 44)).Distinct().ToList();
        Assert.True(shapes.Count > 40, $"only {shapes.Count} shapes");
        foreach (var shape in shapes) Check(shape);
    }

    private static void Check(ConvShape shape)
    {
        var seed = shape.Outputs + shape.Width;
        var g = new NetworkBuilder("one");
        var conv = g.Conv2d(
            g.Input(shape.Inputs), "conv", shape.Outputs, shape.Conv.Kernel, shape.Conv.Stride, shape.Conv.Padding, shape.Conv.Groups, bias: seed % 2 == 0);
        g.Output("y", (seed % 3) switch
        {
            0 => conv,
            1 => g.Relu(conv),
            _ => g.PRelu(conv, "slope"),
        });
        var model = RandomWeights.Fill(g.Build(), seed);
        var image = Equality.Image(shape.Inputs, shape.Height, shape.Width, seed);
        var expected = ReferenceExecutor.Run(model, image);
        foreach (var level in TestedWidths.All)
            PlanRun.AssertEqual(expected, model.Network, PlanRun.Run(new LoweredModel(FoldBatchNorm.Run(model), level), image, parts: 1), $"{shape}, {level}");
    }
}
