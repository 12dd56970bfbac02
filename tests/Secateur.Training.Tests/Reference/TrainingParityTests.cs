using Secateur.Kernels;
using Secateur.Models;
using Secateur.Reference;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Reference;

/// <summary>One training pass of both published networks against PyTorch: outputs, running statistics, and the gradient of every parameter.</summary>
public class TrainingParityTests
{
    [SharedDataTheory]
    [InlineData("eres_step.safetensors", "ERES.pth")]
    [InlineData("extd64_step.safetensors", "sfd_face.pth")]
    public void A_training_pass_equals_PyTorch(string file, string checkpoint)
    {
        var expected = Safetensors.Read(SharedData.PathOf("parity", "training", file)).Tensors;
        var model = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", checkpoint));
        var training = new ReferenceTraining(model);

        var nodes = training.Forward(SplitInput(expected["input"]));

        var levels = model.Network.Head.Levels;
        var (loc, conf) = (levels.Select(l => nodes[l.Loc]).ToArray(), levels.Select(l => nodes[l.Scores]).ToArray());
        AssertClose(expected["loc"].Data, AnchorOrder.Join(loc), 1e-4, "loc");
        AssertClose(expected["conf"].Data, AnchorOrder.Join(conf), 1e-4, "conf");
        foreach (var spec in model.Network.Parameters.Where(p => !p.IsLearnable))
        {
            var statistic = expected["bn1." + spec.Name].Data;
            AssertClose(statistic, training.Parameters[spec.Name], 1e-5 * statistic.Max(Math.Abs), spec.Name);
        }

        var (locGradient, confGradient) = LossGradients(expected);
        var gradients = training.Backward(
        [
            .. levels.Select(l => l.Loc).Zip(AnchorOrder.Split(locGradient, loc)),
            .. levels.Select(l => l.Scores).Zip(AnchorOrder.Split(confGradient, conf)),
        ]);
        var largest = gradients.Parameters.Values.Max(g => g.Max(Math.Abs));
        Assert.Equal(model.Network.Parameters.Where(p => p.IsLearnable).Select(p => p.Name), gradients.Parameters.Keys);
        foreach (var (name, gradient) in gradients.Parameters) AssertClose(expected["grad." + name].Data, gradient, 1e-4 * largest, name);
    }

    private static Volume[] SplitInput(Tensor input) => Batches.Split(input.Data, input.Shape[0], input.Shape[1], input.Shape[2], input.Shape[3]);

    /// <summary>
    /// The gradients of the MultiBox loss by its inputs, with the file's matches and hard negatives: smooth L1 over positives, softmax cross
    /// entropy over positives and hard negatives, both divided by the number of positives.
    /// </summary>
    private static (double[] Loc, double[] Conf) LossGradients(IReadOnlyDictionary<string, Tensor> file)
    {
        var (loc, target) = (file["loc"].Data, file["loc_t"].Data);
        var (conf, label, negative) = (file["conf"].Data, file["conf_t"].Data, file["hard_negative"].Data);
        var positives = label.Sum();
        var (locGradient, confGradient) = (new double[loc.Length], new double[conf.Length]);
        for (var a = 0; a < label.Length; a++)
        {
            if (label[a] == 1)
            {
                for (var i = 4 * a; i < (4 * a) + 4; i++) locGradient[i] = Math.Clamp((double)loc[i] - target[i], -1, 1) / positives;
            }

            if (label[a] + negative[a] == 0) continue;
            var face = 1 / (1 + Math.Exp((double)conf[2 * a] - conf[(2 * a) + 1]));
            confGradient[(2 * a) + 1] = (face - label[a]) / positives;
            confGradient[2 * a] = -confGradient[(2 * a) + 1];
        }

        return (locGradient, confGradient);
    }

    private static void AssertClose(float[] expected, double[] actual, double allowed, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= allowed, $"{where}: largest difference {worst:g3}, allowed {allowed:g3}");
    }
}
