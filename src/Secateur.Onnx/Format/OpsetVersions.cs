namespace Secateur.Onnx.Format;

/// <summary>The versions of ONNX's operators that are written; older ones are brought to the least.</summary>
internal static class OpsetVersions
{
    public const int Least = 13;

    public const int Most = 21;
}
