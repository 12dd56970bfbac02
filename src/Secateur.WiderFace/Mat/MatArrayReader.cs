using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Secateur.WiderFace.Mat;

/// <summary>Makes arrays of matrix elements ("MAT-File Format", MathWorks, chapter 1, "miMATRIX").</summary>
internal sealed class MatArrayReader(MatElements elements)
{
    private const int CellClass = 1;
    private const int CharClass = 4;
    private const int FirstNumericClass = 6;
    private const int LastNumericClass = 15;
    private const int ComplexFlag = 8;
    private const int MaxDepth = 16;
    private const int MaxDimensions = 32;
    private const int MaxNameLength = 255;
    private const int TagLength = 8;

    /// <summary>Reads a variable: an array with a name.</summary>
    public (string Name, MatArray Array) ReadVariable(MatElement element)
    {
        if (element.Type != MatDataType.Matrix)
            throw elements.Error(element.Start, $"expected an array (type {(int)MatDataType.Matrix}), found an element of type {(int)element.Type}");
        return ReadMatrix(element, depth: 0);
    }

    private (string Name, MatArray Array) ReadMatrix(MatElement matrix, int depth)
    {
        if (matrix.Data.IsEmpty) return ("", MatNumeric.Empty);
        if (depth > MaxDepth) throw elements.Error(matrix.Start, $"cell arrays nested more than {MaxDepth} deep");
        var (at, end) = (matrix.Start, matrix.End);
        var arrayClass = ReadClass(ref at, end);
        var (rows, columns) = ReadDimensions(ref at, end);
        var name = elements.Read(ref at, end, MatDataType.Int8, "a name");
        if (name.Data.Length > MaxNameLength)
            throw elements.Error(name.Start, $"a name of {name.Data.Length} bytes, expected at most {MaxNameLength}");
        MatArray array = arrayClass switch
        {
            CellClass => ReadCell(at, end, rows, columns, depth),
            CharClass => ReadText(at, end, rows, columns),
            >= FirstNumericClass and <= LastNumericClass => ReadNumeric(at, end, rows, columns),
            _ => throw elements.Error(matrix.Start, $"an array of class {arrayClass}, expected cell (1), char (4) or numeric (6 to 15)"),
        };
        return (Encoding.Latin1.GetString(name.Data.Span), array);
    }

    private int ReadClass(ref int at, int end)
    {
        var flags = elements.Read(ref at, end, MatDataType.UInt32, "array flags");
        if (flags.Data.Length != 8) throw elements.Error(flags.Start, $"array flags of {flags.Data.Length} bytes, expected 8");
        if ((flags.Data.Span[1] & ComplexFlag) != 0) throw elements.Error(flags.Start, "a complex array, expected a real one");
        return flags.Data.Span[0];
    }

    private (int Rows, int Columns) ReadDimensions(ref int at, int end)
    {
        var dimensions = elements.Read(ref at, end, MatDataType.Int32, "dimensions");
        var (count, odd) = Math.DivRem(dimensions.Data.Length, 4);
        if (odd != 0 || count is < 2 or > MaxDimensions)
            throw elements.Error(dimensions.Start, $"dimensions of {dimensions.Data.Length} bytes, expected 2 to {MaxDimensions} numbers of 4 bytes");
        var (rows, columns) = (0L, 1L);
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(dimensions.Data.Span[(4 * i)..]);
            if (i == 0) rows = length;
            else columns *= length;
            if (length < 0 || columns > int.MaxValue || rows * columns > int.MaxValue)
                throw elements.Error(dimensions.Start, "dimensions that are negative or multiply to more than 2147483647 elements");
        }
        return ((int)rows, (int)columns);
    }

    private MatCell ReadCell(int at, int end, int rows, int columns, int depth)
    {
        var count = rows * columns;
        if (count > (end - at) / TagLength) throw elements.Error(at, $"a cell array of {count} cells, but only {end - at} bytes are left");
        var items = ImmutableArray.CreateBuilder<MatArray>(count);
        for (var i = 0; i < count; i++)
            items.Add(ReadMatrix(elements.Read(ref at, end, MatDataType.Matrix, "an array"), depth + 1).Array);
        return new MatCell(rows, columns, items.MoveToImmutable());
    }

    private MatText ReadText(int at, int end, int rows, int columns)
    {
        if (rows > 1) throw elements.Error(at, $"a char array of {rows} rows, expected one row");
        var data = elements.Read(ref at, end);
        var encoding = data.Type switch
        {
            MatDataType.Int8 or MatDataType.UInt8 => Encoding.Latin1,
            MatDataType.Utf8 => Encoding.UTF8,
            MatDataType.UInt16 or MatDataType.Utf16 => Encoding.Unicode,
            MatDataType.Utf32 => Encoding.UTF32,
            _ => throw elements.Error(data.Start, $"characters of type {(int)data.Type}, expected 1, 2, 4 or 16 to 18"),
        };
        return new MatText(rows, columns, encoding.GetString(data.Data.Span));
    }

    private MatNumeric ReadNumeric(int at, int end, int rows, int columns)
    {
        var data = elements.Read(ref at, end);
        var size = data.Type.Size();
        if (size == 0) throw elements.Error(data.Start, $"numbers of type {(int)data.Type}, expected a numeric type");
        if (data.Data.Length != (long)rows * columns * size)
            throw elements.Error(data.Start, $"{data.Data.Length} bytes, expected {(long)rows * columns * size} for {rows} x {columns} numbers");
        return new MatNumeric(rows, columns, data.Type, data.Data);
    }
}
