using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Secateur.Onnx.Export;

namespace Secateur.Onnx.Tests;

/// <summary>A value of ONNX Runtime.</summary>
internal sealed record RunValue(int[] Shape, float[] Data);

/// <summary>What ONNX Runtime makes of a model.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    /// <param name="file">The model.</param>
    /// <param name="literally">Whether each node is computed as it stands, none replaced by faster ones.</param>
    public OnnxRun(OnnxFile file, bool literally = false)
        : this(file.Content, literally)
    {
    }

    public OnnxRun(byte[] content, bool literally = false)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (literally) options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        _session = new InferenceSession(content, options);
    }

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    public void Dispose() => _session.Dispose();

    public Dictionary<string, RunValue> Run(float[] image, params int[] shape) => Run(new DenseTensor<float>(image, shape));

    public Dictionary<string, RunValue> Run(byte[] image, params int[] shape) => Run(new DenseTensor<byte>(image, shape));

    private Dictionary<string, RunValue> Run<T>(DenseTensor<T> image)
    {
        using var results = _session.Run([NamedOnnxValue.CreateFromTensor(_session.InputNames[0], image)]);
        return results.ToDictionary(r => r.Name, r => r.ElementType == TensorElementType.Int64
            ? new RunValue([.. r.AsTensor<long>().Dimensions], [.. r.AsTensor<long>().Select(v => (float)v)])
            : new RunValue([.. r.AsTensor<float>().Dimensions], [.. r.AsTensor<float>()]));
    }
}
