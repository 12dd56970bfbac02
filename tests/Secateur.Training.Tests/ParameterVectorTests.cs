using Secateur.Models;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Training.Tests;

public class ParameterVectorTests
{
    [Fact]
    public void Holds_every_learnable_parameter_once_and_gives_it_back()
    {
        var model = RandomWeights.Fill(Extd.Create(32), seed: 1);

        var vector = new ParameterVector(model);

        Assert.Equal(model.Network.Parameters.Where(p => p.IsLearnable).Sum(p => p.Count), vector.Values.Length);
        foreach (var (name, tensor) in vector.ToTensors())
        {
            Assert.Equal(model.Weights[name].Data, tensor.Data);
            Assert.Equal(model.Weights[name].Shape, tensor.Shape);
        }

        Assert.Throws<KeyNotFoundException>(() => vector.RangeOf("base.0.1.running_mean"));
    }
}
