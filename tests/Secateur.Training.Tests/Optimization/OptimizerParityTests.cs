using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Optimization;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Optimization;

/// <summary>Two steps from published checkpoints with the reference's gradients, against the weights that PyTorch reached.</summary>
public class OptimizerParityTests
{
    private const double Rate = 1e-3;

    [SharedDataFact]
    public void Sgd_reaches_the_weights_of_the_reference()
    {
        var differences = Differences("extd64_step", "sfd_face.pth", p => new SgdOptimizer(p));
        Assert.All(differences, d => Assert.InRange(d, 0, 1e-6));
    }

    [SharedDataFact]
    public void Adam_reaches_the_weights_of_the_reference()
    {
        var differences = Differences("eres_step", "ERES.pth", p => new AdamOptimizer(p));
        Assert.InRange(differences.Count(d => d <= 1e-6), 0.999 * differences.Count, differences.Count);
        Assert.All(differences, d => Assert.InRange(d, 0, 1e-4));
    }

    private static List<double> Differences(string file, string checkpoint, Func<ParameterVector, Optimizer> make)
    {
        var expected = Safetensors.Read(SharedData.PathOf("parity", "training", file + ".safetensors")).Tensors;
        var parameters = new ParameterVector(ModelFile.Read(SharedData.PathOf("checkpoints", "paper", checkpoint)));
        var optimizer = make(parameters);
        var differences = new List<double>();
        foreach (var (gradient, step) in new[] { ("grad", "step1"), ("grad2", "step2") })
        {
            optimizer.Step([.. parameters.Specs.SelectMany(s => expected[$"{gradient}.{s.Name}"].Data)], Rate);
            differences.AddRange(parameters.Values.Zip(parameters.Specs.SelectMany(s => expected[$"{step}.{s.Name}"].Data), (a, b) => Math.Abs((double)a - b)));
        }

        return differences;
    }
}
