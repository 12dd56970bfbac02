using System.Buffers.Binary;

namespace Secateur.WiderFace.Mat;

/// <summary>A data element: its type and its bytes, which begin at <paramref name="Start"/> of the buffer.</summary>
internal readonly record struct MatElement(MatDataType Type, int Start, ReadOnlyMemory<byte> Data)
{
    public int End => Start + Data.Length;
}

/// <summary>Reads the data elements of a buffer, small ones (up to 4 bytes inside the tag) included.</summary>
/// <param name="path">The file, for errors.</param>
/// <param name="buffer">The bytes.</param>
/// <param name="place">What the buffer is a part of; null for the file itself.</param>
internal sealed class MatElements(string path, ReadOnlyMemory<byte> buffer, string? place)
{
    private const int TagLength = 8;
    private const int SmallLength = 4;

    /// <summary>Reads the element at <paramref name="at"/> and moves behind it and its padding.</summary>
    public MatElement Read(ref int at, int end)
    {
        var start = at;
        if (end - start < TagLength) throw Error(start, $"expected the 8-byte tag of an element, found {end - start} bytes");
        var span = buffer.Span;
        var first = BinaryPrimitives.ReadUInt32LittleEndian(span[start..]);
        if (first > ushort.MaxValue)
        {
            var small = (int)(first >> 16);
            if (small > SmallLength) throw Error(start, $"a small element of {small} bytes, expected at most {SmallLength}");
            at += TagLength;
            return new MatElement((MatDataType)(first & ushort.MaxValue), start + 4, buffer.Slice(start + 4, small));
        }
        var length = BinaryPrimitives.ReadUInt32LittleEndian(span[(start + 4)..]);
        var left = end - start - TagLength;
        if (length > left) throw Error(start, $"an element of {length} bytes, but only {left} are left");
        var type = (MatDataType)first;
        var padded = type == MatDataType.Compressed ? length : (length + 7L) & ~7L;
        at = (int)Math.Min(end, start + TagLength + padded);
        return new MatElement(type, start + TagLength, buffer.Slice(start + TagLength, (int)length));
    }

    /// <summary>Reads an element that must have a certain type.</summary>
    public MatElement Read(ref int at, int end, MatDataType expected, string what)
    {
        var start = at;
        var element = Read(ref at, end);
        return element.Type == expected
            ? element
            : throw Error(start, $"expected {what} (type {(int)expected}), found an element of type {(int)element.Type}");
    }

    public InvalidFileException Error(int at, string problem) => new(path, $"byte {at}{(place is null ? "" : " of " + place)}: {problem}");
}
