using Secateur.Weights.Files;
using Secateur.Weights.Pickle;
using Secateur.Weights.PyTorch;

namespace Secateur.Weights;

/// <summary>Reads weights from whatever file the user names, recognised by its content.</summary>
public static class WeightFile
{
    private const int SafetensorsBrace = 8;

    /// <summary>
    /// Reads a safetensors file, a PyTorch checkpoint in either format, or one of five files
    /// (<see cref="PyTorchCheckpoint.ReadSplit"/>).
    /// </summary>
    /// <param name="path">The file; for a split checkpoint any of its files or their common stem, e.g. <c>eresfd_16.pth</c>.</param>
    /// <exception cref="InvalidFileException">The file is none of these, or is damaged or hostile.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static TensorFile Read(string path)
    {
        if (SplitCheckpoint.IsSplit(path)) return PyTorchCheckpoint.ReadSplit(path);
        using var file = UntrustedFile.Open(path);
        return Read(file, PyTorchCheckpoint.Read);
    }

    /// <summary>Reads a file that is in memory.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="InvalidFileException">The content is none of these, or is damaged or hostile.</exception>
    public static TensorFile Read(string name, byte[] content)
    {
        using var file = UntrustedFile.Of(name, content);
        return Read(file, PyTorchCheckpoint.Read);
    }

    /// <summary>
    /// Reads a file of masks as pruning tools write it: a safetensors file or a PyTorch file, whose dictionaries within the dictionary (layer, then
    /// <c>weight</c> or <c>bias</c>) give the names <c>LAYER.weight</c> and so on.
    /// </summary>
    /// <exception cref="InvalidFileException">The file is none of these, or is damaged or hostile.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static TensorFile ReadMasks(string path)
    {
        using var file = UntrustedFile.Open(path);
        return Read(file, PyTorchCheckpoint.ReadNested);
    }

    /// <summary>The bytes of the file, or of all files of a split checkpoint.</summary>
    /// <exception cref="IOException">The file does not exist.</exception>
    public static long CountBytes(string path) => FilesOf(path).Sum(file => new FileInfo(file).Length);

    /// <summary>The file itself, or the files of a split checkpoint that are there.</summary>
    public static IEnumerable<string> FilesOf(string path)
    {
        if (!SplitCheckpoint.IsSplit(path)) return [path];
        var stem = SplitCheckpoint.StemOf(path);
        return SplitCheckpoint.Parts.Select(part => SplitCheckpoint.PathOf(stem, part)).Where(File.Exists);
    }

    private static TensorFile Read(UntrustedFile file, Func<UntrustedFile, TensorFile> readPyTorch) =>
        file.ReadStart(SafetensorsBrace + 1) switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => readPyTorch(file),
            [_, _, _, _, _, _, _, _, (byte)'{'] => Safetensors.Read(file),
            [(byte)PickleOpcode.Proto, ..] => readPyTorch(file),
            var start => throw file.Invalid(
                $"neither a safetensors file nor a PyTorch checkpoint: it begins with the bytes {Convert.ToHexString(start)}"),
        };
}
