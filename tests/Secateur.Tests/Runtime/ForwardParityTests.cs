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
        foreach (var output in engine.Model.Network.Outputs)
        {
            var tensor = expected[output.Name];
            var actual = new float[tensor.Length];
            session.CopyOutput(output.Name, actual);
            var worst = actual.Zip(tensor.Data, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst <= 1e-4, $"{prefix} {size} {output.Name}: largest difference {worst:g3}");
        }
    }
}
