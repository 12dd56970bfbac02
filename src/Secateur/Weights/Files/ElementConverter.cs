using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Secateur.Weights.Files;

/// <summary>Converts stored elements to float32.</summary>
internal static class ElementConverter
{
    /// <summary>Fills <paramref name="target"/> from as many elements of <paramref name="source"/>.</summary>
    /// <returns>
    /// The index of the first element that float32 cannot hold (an integer that would be rounded, a finite double beyond its range,
    /// a boolean other than 0 or 1), or -1 when all fit.
    /// </returns>
    public static int ToSingle(ElementType type, ReadOnlySpan<byte> source, Span<float> target)
    {
        if (type == ElementType.Float32 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(source)[..target.Length].CopyTo(target);
            return -1;
        }
        var size = type.Size();
        for (var i = 0; i < target.Length; i++)
        {
            if (!TryConvert(type, source.Slice(i * size, size), out target[i])) return i;
        }
        return -1;
    }

    private static bool TryConvert(ElementType type, ReadOnlySpan<byte> element, out float value)
    {
        switch (type)
        {
            case ElementType.Float64:
                var wide = BinaryPrimitives.ReadDoubleLittleEndian(element);
                value = (float)wide;
                return float.IsInfinity(value) == double.IsInfinity(wide);
            case ElementType.Float32:
                value = BinaryPrimitives.ReadSingleLittleEndian(element);
                return true;
            case ElementType.Float16:
                value = (float)BinaryPrimitives.ReadHalfLittleEndian(element);
                return true;
            case ElementType.BFloat16:
                value = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16);
                return true;
            case ElementType.Bool:
                value = element[0];
                return element[0] <= 1;
            default:
                var integer = ReadInteger(type, element);
                value = (float)integer;
                return (Int128)value == integer;
        }
    }

    private static Int128 ReadInteger(ElementType type, ReadOnlySpan<byte> element) => type switch
    {
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        ElementType.Int8 => (sbyte)element[0],
        ElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        _ => element[0],
    };
}
