using System.Buffers.Binary;
using System.Text;

namespace Secateur.WiderFace.Mat;

/// <summary>Writes what <see cref="MatFile"/> reads: a little-endian level 5 MAT-file of plain variables, numbers as doubles.</summary>
internal static class MatWriter
{
    private const int CellClass = 1;
    private const int CharClass = 4;
    private const int DoubleClass = 6;
    private const int TextLength = 124;
    private const short Version = 0x0100;
    private const int Alignment = 8;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, params IReadOnlyList<(string Name, MatArray Array)> variables) => AtomicFile.Write(path, stream =>
    {
        using var writer = new BinaryWriter(stream, Encoding.ASCII, leaveOpen: true);
        writer.Write(Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, written by secateur".PadRight(TextLength)));
        writer.Write(Version);
        writer.Write("IM"u8);
        foreach (var (name, array) in variables) writer.Write(Matrix(name, array));
    });

    private static byte[] Matrix(string name, MatArray array)
    {
        var (arrayClass, content) = array switch
        {
            MatCell cell => (CellClass, cell.Items.SelectMany(item => Matrix("", item)).ToArray()),
            MatText text => (CharClass, Element(MatDataType.UInt16, Encoding.Unicode.GetBytes(text.Text))),
            MatNumeric numbers => (DoubleClass, Element(MatDataType.Double, [.. Enumerable.Range(0, numbers.Count).SelectMany(i => Bytes(numbers[i]))])),
            _ => throw new ArgumentException($"no way to write {array.GetType().Name}", nameof(array)),
        };
        byte[] body =
        [
            .. Element(MatDataType.UInt32, [(byte)arrayClass, 0, 0, 0, 0, 0, 0, 0]),
            .. Element(MatDataType.Int32, [.. Bytes(array.Rows), .. Bytes(array.Columns)]),
            .. Element(MatDataType.Int8, Encoding.ASCII.GetBytes(name)),
            .. content,
        ];
        return Element(MatDataType.Matrix, body);
    }

    private static byte[] Element(MatDataType type, byte[] data)
    {
        const int tagLength = 8;
        var element = new byte[tagLength + ((data.Length + Alignment - 1) / Alignment * Alignment)];
        BinaryPrimitives.WriteInt32LittleEndian(element, (int)type);
        BinaryPrimitives.WriteInt32LittleEndian(element.AsSpan(4), data.Length);
        data.CopyTo(element, tagLength);
        return element;
    }

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(double value)
    {
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return bytes;
    }
}
