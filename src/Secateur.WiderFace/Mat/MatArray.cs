using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Secateur.WiderFace.Mat;

/// <summary>An array of a MAT-file. Arrays of more than two dimensions are seen as a matrix of the first against all others.</summary>
public abstract class MatArray
{
    private protected MatArray(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Elements: <see cref="Rows"/> times <see cref="Columns"/>.</summary>
    public int Count => Rows * Columns;
}

/// <summary>A cell array.</summary>
public sealed class MatCell : MatArray
{
    internal MatCell(int rows, int columns, ImmutableArray<MatArray> items)
        : base(rows, columns) => Items = items;

    /// <summary>The cells, column after column.</summary>
    public ImmutableArray<MatArray> Items { get; }
}

/// <summary>A text: a char array of at most one row.</summary>
public sealed class MatText : MatArray
{
    internal MatText(int rows, int columns, string text)
        : base(rows, columns) => Text = text;

    /// <summary>The characters.</summary>
    public string Text { get; }
}

/// <summary>A real array of any numeric class, or a logical one.</summary>
public sealed class MatNumeric : MatArray
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly MatDataType _type;

    internal MatNumeric(int rows, int columns, MatDataType type, ReadOnlyMemory<byte> data)
        : base(rows, columns)
    {
        _type = type;
        _data = data;
    }

    internal static MatNumeric Empty { get; } = new(0, 0, MatDataType.Double, default);

    /// <summary>An element, counted column after column; 64-bit integers are rounded to a double.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public double this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var size = _type.Size();
            var bytes = _data.Span.Slice(index * size, size);
            return _type switch
            {
                MatDataType.Int8 => (sbyte)bytes[0],
                MatDataType.UInt8 => bytes[0],
                MatDataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
                MatDataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                MatDataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                MatDataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
                MatDataType.Single => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                MatDataType.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                MatDataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            };
        }
    }

    /// <summary>An element by row and column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public double this[int row, int column] => this[(column * Rows) + row];
}
