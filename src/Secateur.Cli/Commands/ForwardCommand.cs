using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur forward</c>: raw network outputs for a given tensor.</summary>
internal static class ForwardCommand
{
    private const string InputName = "input";

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var input = new Option<string>("--input", "-i")
        {
            Description = "A safetensors file with the tensor 'input' [N, C, H, W], as the network takes it: of the published ones RGB less the mean (123, 117, 104).",
            HelpName = "FILE",
            Required = true,
        };
        var output = new Option<string>("--out", "-o") { Description = "The safetensors file to write.", HelpName = "FILE", Required = true };
        var threads = CommonOptions.Threads("Threads.", 1);
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("forward", """
            Run the network on a tensor and write its raw outputs, such as loc_0..5 and conf_0..5, [N, C, H, W] each.

            Example:
              secateur forward model.safetensors --input x.safetensors --out y.safetensors
            """) { source, architecture, input, output, threads, force, json };
        command.SetAction(parsed =>
        {
            var (from, to) = (parsed.GetValue(input)!, parsed.GetValue(output)!);
            CommonOptions.RequirePlace(to, parsed.GetValue(force), from, parsed.GetValue(source)!);
            var model = parsed.ReadModel(source, architecture);
            var channels = model.Network.Nodes.OfType<InputNode>().First().Channels;
            if (!Safetensors.Read(from).Tensors.TryGetValue(InputName, out var tensor)) throw new InvalidFileException(from, $"has no tensor '{InputName}'");
            if (tensor.Shape is not [> 0, _, > 0, > 0] || tensor.Shape[1] != channels)
                throw new InvalidFileException(from, $"its tensor '{InputName}' is {tensor}; expected [N, {channels}, H, W]");
            var results = Run(model, tensor, parsed.GetValue(threads));
            Safetensors.Write(to, results);
            if (parsed.GetValue(json)) Report.Json(new { output = to, outputs = results.ToDictionary(r => r.Key, r => r.Value.Shape) });
            else foreach (var (name, result) in results) Report.Line($"{name} {result}");
        });
        return command;
    }

    private static List<KeyValuePair<string, Tensor>> Run(Model model, Tensor input, int threads)
    {
        var (count, height, width) = (input.Shape[0], input.Shape[2], input.Shape[3]);
        using var session = new InferenceEngine(model).CreateSession(threads);
        var results = new List<KeyValuePair<string, Tensor>>();
        var perImage = input.Length / count;
        for (var n = 0; n < count; n++)
        {
            session.Run(input.Data.AsSpan(n * perImage, perImage), height, width);
            if (n == 0)
            {
                foreach (var output in model.Network.Outputs)
                {
                    var shape = session.OutputShape(output.Name);
                    results.Add(KeyValuePair.Create(output.Name, new Tensor(count, shape.Channels, shape.Height, shape.Width)));
                }
            }

            foreach (var (name, tensor) in results) session.CopyOutput(name, tensor.Data.AsSpan(n * (tensor.Length / count), tensor.Length / count));
        }

        return results;
    }
}
