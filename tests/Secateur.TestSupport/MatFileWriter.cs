using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Secateur.TestSupport;

/// <summary>Writes level 5 MAT-files as MATLAB does: small elements where the data fit, 8-byte padding, each variable compressed or not.</summary>
public sealed class MatFileWriter
{
    private readonly List<byte> _file =
        [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test".PadRight(124)), 0x00, 0x01, (byte)'I', (byte)'M'];

    public byte[] ToArray() => [.. _file];

    /// <summary>Adds a variable; its content comes from Cell, Text or Numbers.</summary>
    public MatFileWriter Add(Func<string, byte[]> variable, string name, bool compress = true)
    {
        var bytes = variable(name);
        _file.AddRange(compress ? Compressed(bytes) : bytes);
        return this;
    }

    public MatFileWriter AddRaw(byte[] bytes)
    {
        _file.AddRange(bytes);
        return this;
    }

    public static Func<string, byte[]> Cell(params Func<string, byte[]>[] items) =>
        name => Matrix(name, 1, [items.Length, 1], [.. items.SelectMany(item => item(""))]);

    public static Func<string, byte[]> Text(string text) => name => Matrix(name, 4, [1, text.Length], Element(16, Encoding.UTF8.GetBytes(text)));

    public static Func<string, byte[]> Text(int type, Encoding encoding, string text) =>
        name => Matrix(name, 4, [1, text.Length], Element(type, encoding.GetBytes(text)));

    /// <summary>An array of doubles, given column after column, stored as bytes where they are all small, as MATLAB does.</summary>
    public static Func<string, byte[]> Numbers(int rows, int columns, params double[] values)
    {
        var bytes = values.All(value => value is >= 0 and <= 255 && value == Math.Floor(value))
            ? Element(2, [.. values.Select(value => (byte)value)])
            : Element(9, Doubles(values));
        return name => Matrix(name, 6, [rows, columns], bytes);
    }

    public static Func<string, byte[]> Numbers(int arrayClass, int type, int[] dimensions, byte[] data) =>
        name => Matrix(name, arrayClass, dimensions, Element(type, data));

    public static byte[] Doubles(params double[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Matrix(string name, int arrayClass, int[] dimensions, byte[] content, byte flags = 0)
    {
        byte[] body =
        [
            .. Element(6, [(byte)arrayClass, flags, 0, 0, 0, 0, 0, 0]),
            .. Element(5, [.. dimensions.SelectMany(BitConverter.GetBytes)]),
            .. Element(1, Encoding.ASCII.GetBytes(name)),
            .. content,
        ];
        return Element(14, body);
    }

    public static byte[] Element(int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4)
        {
            var small = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(small, (data.Length << 16) | type);
            data.CopyTo(small, 4);
            return small;
        }
        var element = new byte[8 + (data.Length + 7) / 8 * 8];
        BinaryPrimitives.WriteInt32LittleEndian(element, type);
        BinaryPrimitives.WriteInt32LittleEndian(element.AsSpan(4), data.Length);
        data.CopyTo(element, 8);
        return element;
    }

    public static byte[] Compressed(byte[] bytes)
    {
        using var deflated = new MemoryStream();
        using (var stream = new ZLibStream(deflated, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(bytes);
        var tag = new byte[8];
        tag[0] = 15;
        BinaryPrimitives.WriteInt32LittleEndian(tag.AsSpan(4), (int)deflated.Length);
        return [.. tag, .. deflated.ToArray()];
    }
}
