using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;

namespace Secateur.WiderFace.Mat;

/// <summary>
/// A MATLAB level 5 MAT-file ("MAT-File Format", MathWorks), little-endian: cell arrays, texts and real numeric arrays, plain or compressed.
/// </summary>
public sealed class MatFile
{
    private const int HeaderLength = 128;
    private const int TagLength = 8;

    // The four files of WIDER FACE inflate to about 7 times their length.
    private const int MaxInflation = 16;
    private const int InflatedFloor = 1 << 20;

    private MatFile(string path, ImmutableDictionary<string, MatArray> variables)
    {
        Path = path;
        Variables = variables;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The variables by name.</summary>
    public ImmutableDictionary<string, MatArray> Variables { get; }

    /// <summary>Reads all variables of a file. Compressed ones may take at most 16 times the length of the file, or 1 MiB for small files.</summary>
    /// <exception cref="InvalidFileException">It is not such a file, is damaged, or holds another array (struct, sparse, complex, ...).</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static MatFile Read(string path)
    {
        var bytes = BoundedFile.ReadAllBytes(path, WiderFaceFiles.MaxLength);
        CheckHeader(path, bytes);
        var variables = ImmutableDictionary.CreateBuilder<string, MatArray>(StringComparer.Ordinal);
        var inflatable = Math.Max(InflatedFloor, (long)MaxInflation * bytes.Length);
        for (var at = HeaderLength; at < bytes.Length;)
        {
            var start = at;
            var elements = new MatElements(path, bytes, place: null);
            var element = elements.Read(ref at, bytes.Length);
            if (element.Type == MatDataType.Compressed)
            {
                var inflated = Inflate(path, new MemoryStream(bytes, element.Start, element.Data.Length), start, inflatable);
                inflatable -= inflated.Length;
                elements = new MatElements(path, inflated, $"the variable compressed at byte {start}");
                var inner = 0;
                element = elements.Read(ref inner, inflated.Length);
            }
            var (name, array) = new MatArrayReader(elements).ReadVariable(element);
            if (!variables.TryAdd(name, array)) throw new InvalidFileException(path, $"byte {start}: a second variable '{name}'");
        }
        return new MatFile(path, variables.ToImmutable());
    }

    /// <summary>A variable that must be a cell array.</summary>
    /// <exception cref="InvalidFileException">It is missing or of another class.</exception>
    public MatCell Cell(string name) =>
        Variables.TryGetValue(name, out var array) && array is MatCell cell
            ? cell
            : throw new InvalidFileException(Path, $"expected a cell array '{name}', found {(array is null ? "no such variable" : "another class")}");

    private static void CheckHeader(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
            throw new InvalidFileException(path, $"is {bytes.Length} bytes long, shorter than the {HeaderLength}-byte header of a MAT-file");
        if (bytes.StartsWith("MATLAB 7.3"u8))
            throw new InvalidFileException(path, "is a MAT-file of version 7.3 (HDF5), expected version 5 (MATLAB 7.2 and before, or save -v7)");
        if (!bytes[126..128].SequenceEqual("IM"u8) || bytes[125] != 1)
            throw new InvalidFileException(path, "byte 124: expected the header of a little-endian MAT-file of version 5");
    }

    private static byte[] Inflate(string path, Stream compressed, int start, long limit)
    {
        try
        {
            using var stream = new ZLibStream(compressed, CompressionMode.Decompress);
            Span<byte> tag = stackalloc byte[TagLength];
            stream.ReadExactly(tag);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]) + (long)TagLength;
            if (length > limit)
                throw new InvalidFileException(path, $"byte {start}: {length} bytes when inflated, more than the {limit} that are allowed");
            var inflated = new byte[length];
            tag.CopyTo(inflated);
            stream.ReadExactly(inflated.AsSpan(TagLength));
            if (stream.ReadByte() >= 0)
                throw new InvalidFileException(path, $"byte {start}: compressed data goes on after the {length} bytes of the variable");
            return inflated;
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidFileException(path, $"byte {start}: compressed data ends too early", error);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not InvalidFileException)
        {
            throw new InvalidFileException(path, $"byte {start}: damaged compressed data", error);
        }
    }
}
