namespace Secateur.Server.OpenInference;

/// <summary>What the protocol tells of a server.</summary>
internal sealed record ServerMetadata(string Name, string Version, string[] Extensions);

/// <summary>What it tells of a model.</summary>
internal sealed record ModelMetadata(string Name, string[] Versions, string Platform, TensorMetadata[] Inputs, TensorMetadata[] Outputs);

/// <summary>What it tells of an input or output.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, int[] Shape);

/// <summary>The protocol's names of types.</summary>
internal static class TensorTypes
{
    public const string Bytes8 = "UINT8";
    public const string Bytes = "BYTES";
    public const string Float = "FP32";
    public const string Int32 = "INT32";
}
