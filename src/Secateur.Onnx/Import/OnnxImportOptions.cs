namespace Secateur.Onnx.Import;

/// <summary>How an ONNX file is imported.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>What to call the network; null for the file's name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether tensors may have their elements in other files of the file's folder.</summary>
    public bool ReadsExternalData { get; init; }

    /// <summary>A JSON file that says how the image is made of pixels and how maps become boxes; null where the network is not to detect.</summary>
    public string? Head { get; init; }

    /// <summary>Whether the network ends as late as it can, and not where results are made of maps.</summary>
    internal bool TakesResults { get; init; }
}
