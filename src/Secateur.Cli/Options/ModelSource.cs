using Secateur.Models;
using Secateur.Onnx.Import;
using Secateur.Weights;
using Secateur.Zoo;

namespace Secateur.Cli.Options;

/// <summary>What a MODEL is on the command line: the name of a model that comes with Secateur, or a file. A file of such a name is <c>./NAME</c>.</summary>
internal static class ModelSource
{
    public const string Description = "a name from `secateur models`, a safetensors file, or a PyTorch checkpoint (.pth) of EResFD or EXTD";

    /// <summary>Bytes of a model's files.</summary>
    public static long CountBytes(string model) => ModelZoo.Find(model) is { } known ? known.ReadBytes().LongLength : WeightFile.CountBytes(model);

    /// <summary>Reads a model.</summary>
    /// <exception cref="UsageException">It is neither a name nor a file, a name beside an architecture, or an ONNX file.</exception>
    /// <exception cref="InvalidFileException">The file holds no model.</exception>
    public static Model Read(string model, string? architecture = null)
    {
        if (ModelZoo.Find(model) is { } known)
            return architecture is null ? known.Load() : throw new UsageException($"--arch says what a checkpoint holds; {model} comes with Secateur");

        if (!Path.Exists(model) && Path.GetFileName(model) == model && Path.GetExtension(model).Length == 0)
            throw new UsageException($"{model}: there is no such file, nor does such a model come with Secateur; those are {string.Join(", ", ModelZoo.Names)}");
        if (OnnxImporter.Recognizes(model)) throw new UsageException($"{model}: is an ONNX file; secateur import makes a model of it");
        return ModelFile.Read(model, architecture);
    }
}
