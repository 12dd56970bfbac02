using System.Text;
using Secateur.TestSupport;
using Secateur.WiderFace.Mat;
using Xunit;
using static Secateur.TestSupport.MatFileWriter;

namespace Secateur.WiderFace.Tests.Mat;

public sealed class MatFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nested_cells_texts_and_numbers_come_back(bool compress)
    {
        var file = Read(new MatFileWriter()
            .Add(Cell(Text("a"), Cell(Text("0--Parade"), Numbers(2, 3, 1, 2, 3, 4, 5.5, -6)), Numbers(0, 0)), "nested", compress)
            .Add(Numbers(1, 2, 7, 255), "small", compress));

        Assert.Equal(["nested", "small"], file.Variables.Keys.Order());
        var nested = file.Cell("nested");
        Assert.Equal((3, 1), (nested.Rows, nested.Columns));
        Assert.Equal("a", Assert.IsType<MatText>(nested.Items[0]).Text);
        var inner = Assert.IsType<MatCell>(nested.Items[1]);
        Assert.Equal("0--Parade", Assert.IsType<MatText>(inner.Items[0]).Text);
        var matrix = Assert.IsType<MatNumeric>(inner.Items[1]);
        Assert.Equal((2, 3, 6), (matrix.Rows, matrix.Columns, matrix.Count));
        Assert.Equal([1, 3, 5.5, 2, 4, -6], from row in Enumerable.Range(0, 2) from column in Enumerable.Range(0, 3) select matrix[row, column]);
        Assert.Equal(0, nested.Items[2].Count);
        var small = Assert.IsType<MatNumeric>(file.Variables["small"]);
        Assert.Equal([7, 255], new[] { small[0], small[1] });
        Assert.Throws<ArgumentOutOfRangeException>(() => small[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => small[-1]);
    }

    public static TheoryData<int, int, byte[]> NumericTypes => new()
    {
        { 8, 1, [253, 100] },
        { 9, 2, [253, 100] },
        { 10, 3, Bytes(BitConverter.GetBytes, (short)-3, (short)100) },
        { 11, 4, Bytes(BitConverter.GetBytes, (ushort)65533, (ushort)100) },
        { 12, 5, Bytes(BitConverter.GetBytes, -3, 100) },
        { 13, 6, Bytes(BitConverter.GetBytes, 4294967293u, 100u) },
        { 7, 7, Bytes(BitConverter.GetBytes, -3.5f, 100f) },
        { 6, 9, Doubles(-3.25, 100) },
        { 14, 12, Bytes(BitConverter.GetBytes, -3L, 100L) },
        { 15, 13, Bytes(BitConverter.GetBytes, 1UL << 63, 100UL) },
    };

    [Theory]
    [MemberData(nameof(NumericTypes))]
    public void Every_numeric_type_is_read(int arrayClass, int type, byte[] data)
    {
        var expected = type switch
        {
            1 or 3 or 5 or 12 => -3,
            2 => 253,
            4 => 65533,
            6 => 4294967293,
            7 => -3.5,
            9 => -3.25,
            _ => 9223372036854775808.0,
        };
        var array = Assert.IsType<MatNumeric>(Read(new MatFileWriter().Add(Numbers(arrayClass, type, [1, 2], data), "x")).Variables["x"]);
        Assert.Equal([expected, 100], new[] { array[0], array[1] });
    }

    [Fact]
    public void Every_kind_of_characters_is_read()
    {
        var file = Read(new MatFileWriter()
            .Add(Text(2, Encoding.Latin1, "naïve"), "latin")
            .Add(Text(4, Encoding.Unicode, "naïve"), "unicode")
            .Add(Text(16, Encoding.UTF8, "naïve"), "utf8")
            .Add(Text(17, Encoding.Unicode, "naïve"), "utf16")
            .Add(Text(18, Encoding.UTF32, "naïve"), "utf32"));
        Assert.Equal(5, file.Variables.Count);
        Assert.All(file.Variables.Values, text => Assert.Equal("naïve", Assert.IsType<MatText>(text).Text));
    }

    [Fact]
    public void More_dimensions_are_seen_as_a_matrix_and_an_empty_cell_as_an_empty_array()
    {
        var file = Read(new MatFileWriter()
            .Add(Numbers(9, 2, [2, 2, 3], [.. Enumerable.Range(0, 12).Select(i => (byte)i)]), "cube")
            .Add(name => Matrix(name, 1, [1, 2], [.. Element(14, []), .. Numbers(1, 1, 5)("")]), "holes"));
        var cube = Assert.IsType<MatNumeric>(file.Variables["cube"]);
        Assert.Equal((2, 6, 11.0), (cube.Rows, cube.Columns, cube[1, 5]));
        Assert.Equal([0, 1], file.Cell("holes").Items.Select(item => item.Count));
    }

    [Fact]
    public void A_variable_that_is_missing_or_of_another_class_is_told()
    {
        var file = Read(new MatFileWriter().Add(Numbers(1, 1, 5), "five"));
        Assert.Contains("no such variable", Assert.Throws<InvalidFileException>(() => file.Cell("six")).Message, StringComparison.Ordinal);
        Assert.Contains("another class", Assert.Throws<InvalidFileException>(() => file.Cell("five")).Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes<T>(Func<T, byte[]> convert, params T[] values) => [.. values.SelectMany(convert)];

    private MatFile Read(MatFileWriter writer) => MatFile.Read(_folder.Write("x.mat", writer.ToArray()));
}
