using System.Globalization;
using Google.Protobuf;
using Secateur.Onnx.Format;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>Elements of tensors that stand in files beside an ONNX file: read where that is allowed, and from its own folder only.</summary>
/// <param name="file">The ONNX file.</param>
/// <param name="isAllowed">Whether they are read.</param>
internal sealed class ExternalData(UntrustedFile file, bool isAllowed)
{
    /// <summary>The bytes that were read.</summary>
    public long Bytes { get; private set; }

    /// <summary>The tensor with its elements in it.</summary>
    /// <exception cref="InvalidFileException">They may not or cannot be read.</exception>
    public TensorProto Resolve(TensorProto tensor, string what)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.Default) return tensor;
        if (!isAllowed) throw file.Invalid($"{what} has its elements in another file; --external-data reads it, from the folder of this one");
        var entries = new Dictionary<string, string>();
        foreach (var entry in tensor.ExternalData)
        {
            if (!entries.TryAdd(entry.Key, entry.Value)) throw file.Invalid($"{what} names '{UntrustedFile.Plain(entry.Key)}' of its elements twice");
        }

        using var data = UntrustedFile.Open(PathOf(entries.GetValueOrDefault("location", ""), what));
        var offset = NumberOf(entries, "offset", 0, what);
        if (offset > data.Length) throw file.Invalid($"{what}: its elements begin at byte {offset} of {data.Path}, which has {data.Length}");
        var length = NumberOf(entries, "length", data.Length - offset, what);
        if (length > data.Length - offset) throw file.Invalid($"{what}: its elements are {length} bytes from byte {offset} on of {data.Path}, which has {data.Length}");
        Bytes = checked(Bytes + length);
        if (Bytes > OnnxGraphFile.MaxBytes) throw file.Invalid($"its tensors take more than {OnnxGraphFile.MaxBytes} bytes of other files");
        var whole = tensor.Clone();
        (whole.DataLocation, whole.RawData) = (TensorProto.Types.DataLocation.Default, UnsafeByteOperations.UnsafeWrap(data.Read(offset, length)));
        whole.ExternalData.Clear();
        return whole;
    }

    private string PathOf(string location, string what)
    {
        var parts = location.Split('/', '\\');
        if (location.Length == 0 || Path.IsPathRooted(location) || parts.Any(p => p is "" or "." or ".." || p.Contains(':', StringComparison.Ordinal) || p.Any(char.IsControl)))
            throw file.Invalid($"{what} has its elements in {UntrustedFile.Show(location)}, expected a file in this one's folder");
        var path = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        foreach (var part in parts)
        {
            path = Path.Combine(path, part);
            FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            if (!entry.Exists) throw file.Invalid($"{what} has its elements in {UntrustedFile.Show(location)}, which does not exist");
            if (entry.LinkTarget is not null) throw file.Invalid($"{what} has its elements in {UntrustedFile.Show(location)}, which is behind a link");
        }

        return File.Exists(path) ? path : throw file.Invalid($"{what} has its elements in {UntrustedFile.Show(location)}, which is a folder");
    }

    private long NumberOf(Dictionary<string, string> entries, string key, long otherwise, string what)
    {
        if (!entries.TryGetValue(key, out var text)) return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw file.Invalid($"{what}: the {key} of its elements is {UntrustedFile.Show(text)}, expected a number of bytes");
    }
}
