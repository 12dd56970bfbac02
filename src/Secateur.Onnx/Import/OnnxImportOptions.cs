namespace Secateur.Onnx.Import;

/// <summary>How an ONNX file is imported.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>What to call the network; null for the file's name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether tensors may have their elements in other files of the file's folder.</summary>
    public bool ReadsExternalData { get; init; }

    /// <summary>Whether the network ends as late as it can, and not where results are made of maps.</summary>
    internal bool TakesResults { get; init; }
}
