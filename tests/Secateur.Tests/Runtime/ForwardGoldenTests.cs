using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>The inference plan of drawn models against PyTorch: tests/Goldens/parity.</summary>
public class ForwardGoldenTests
{
    // Of an output's largest value. Rounding in float32 takes a third of it, a batch-norm epsilon a fifth too small more than all.
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData("eresfd")]
    [InlineData("extd64")]
    [InlineData("extd48")]
    [InlineData("extd32")]
    public void Every_output_equals_PyTorch_at_an_even_and_an_odd_size(string architecture)
    {
        var expected = Golden.Read("forward_" + architecture);
        var engine = new InferenceEngine(Golden.CreateModel(Architectures.Create(architecture), trains: false));
        using var session = engine.CreateSession(threads: 2);

        session.Run(GoldenNumbers.Image("forward", 64, 96), 64, 96);
        AssertOutputs("64x96");

        session.Run(GoldenNumbers.Input("forward", 97, 131), 97, 131);
        AssertOutputs("97x131");

        void AssertOutputs(string size)
        {
            foreach (var name in Enumerable.Range(0, 6).SelectMany(k => new[] { $"loc_{k}", $"conf_{k}" }))
            {
                var tensor = expected[$"{size}.{name}"];
                var shape = session.OutputShape(name);
                Assert.Equal(tensor.Shape, [shape.Channels, shape.Height, shape.Width]);
                var actual = new float[tensor.Length];
                session.CopyOutput(name, actual);
                Golden.AssertNear(tensor.Data, actual.Select(v => (double)v), Tolerance, $"{architecture} {size} {name}");
            }
        }
    }
}
