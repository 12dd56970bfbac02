using Secateur.Models;
using Secateur.Weights;

namespace Secateur.Zoo;

/// <summary>A model that comes with Secateur.</summary>
/// <param name="Name">What it is called, such as <c>eresfd-30</c>.</param>
/// <param name="Description">What it is, in a line.</param>
/// <param name="Single">Its average precision on WIDER FACE's 3,226 validation images, in one pass over each.</param>
/// <param name="MultiScale">The same by the multi-scale test.</param>
public sealed record ZooModel(string Name, string Description, ZooPrecision Single, ZooPrecision MultiScale)
{
    /// <summary>Reads the model.</summary>
    public Model Load() => ModelFile.Read(Name, ReadBytes());

    /// <summary>The bytes of its safetensors file.</summary>
    public byte[] ReadBytes()
    {
        using var stream = ZooTable.Open(Name);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
