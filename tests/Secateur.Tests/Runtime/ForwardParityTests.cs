using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>The inference plan against tensors computed by PyTorch, for every published checkpoint.</summary>
public class ForwardParityTests
{
    public static TheoryData<string, string, string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, string, string, int>();
            (string Prefix, string Checkpoint)[] models =
            [
                ("eres", "paper/ERES.pth"),
                ("extd64", "paper/sfd_face.pth"),
                ("extd32_official", "extd/EXTD_32.pth"),
                ("extd48_official", "extd/EXTD_48.pth"),
                ("eres_official", "eresfd/eresfd_16.pth"),
                ("ERES50_FPGM", "paper/ERES50_FPGM.pth"),
                ("EXTD50_FPGM", "paper/EXTD50_FPGM.pth"),
            ];
            foreach (var (prefix, checkpoint) in models)
            {
                data.Add(prefix, checkpoint, "160x224", 1);
                data.Add(prefix, checkpoint, "161x235", 2);
            }

            return data;
        }
    }

    [SharedDataTheory]
    [MemberData(nameof(Cases))]
    public void Outputs_equal_PyTorch(string prefix, string checkpoint, string size, int threads)
    {
        var expected = Safetensors.Read(SharedData.PathOf("parity", "forward", $"{prefix}_{size}.safetensors")).Tensors;
        var engine = new InferenceEngine(ModelFile.Read(SharedData.PathOf("checkpoints", checkpoint)));
        using var session = engine.CreateSession(threads);
        var input = expected["input"];
        session.Run(input.Data, input.Shape[2], input.Shape[3]);
        AssertProbabilities(engine, session, expected["conf"].Data, $"{prefix} {size}");
        foreach (var output in engine.Model.Network.Outputs)
        {
            var tensor = expected[output.Name];
            var actual = new float[tensor.Length];
            session.CopyOutput(output.Name, actual);
            var worst = actual.Zip(tensor.Data, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst <= 1e-4, $"{prefix} {size} {output.Name}: largest difference {worst:g3}");
        }
    }

    /// <summary>Face probabilities of all levels, after the max-out, against softmax over the reference's logits [A, 2].</summary>
    private static void AssertProbabilities(InferenceEngine engine, InferenceSession session, float[] logits, string where)
    {
        var anchor = 0;
        foreach (var level in engine.Lowered.Model.Network.Head.Levels)
        {
            var scores = session.Result(level.Scores);
            for (var y = 0; y < scores.Height; y++)
            {
                for (var x = 0; x < scores.Width; x++, anchor++)
                {
                    var expected = Probability(logits[2 * anchor], logits[(2 * anchor) + 1]);
                    var actual = Probability(scores.Row(0, y)[x], scores.Row(1, y)[x]);
                    Assert.True(Math.Abs(expected - actual) <= 1e-5, $"{where}, stride {level.Stride}, row {y}, column {x}: expected {expected:F6}, got {actual:F6}");
                }
            }
        }

        Assert.Equal(logits.Length, 2 * anchor);
    }

    private static double Probability(double background, double face) => 1 / (1 + Math.Exp(background - face));
}
