using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Secateur.Weights.Files;

namespace Secateur.Weights.Pickle;

/// <summary>Reads a pickle's bytes; every length is checked against what is left.</summary>
/// <param name="file">The file that the bytes are from.</param>
/// <param name="origin">What to call them in messages, e.g. <c>data.pkl</c>.</param>
/// <param name="bytes">The pickle, or several after one another.</param>
internal sealed class PickleCursor(UntrustedFile file, string origin, byte[] bytes)
{
    private const int MaxLine = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _opcodePosition;

    /// <summary>The next byte.</summary>
    public int Position { get; private set; }

    public int Remaining => bytes.Length - Position;

    public PickleOpcode ReadOpcode()
    {
        _opcodePosition = Position;
        return (PickleOpcode)ReadByte();
    }

    public byte ReadByte() => ReadBytes(1)[0];

    public ReadOnlySpan<byte> ReadBytes(long count)
    {
        if (count < 0 || count > Remaining) throw Invalid($"needs {count} more bytes, but only {Remaining} are left");
        var read = bytes.AsSpan(Position, (int)count);
        Position += (int)count;
        return read;
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(sizeof(uint)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    /// <summary>A two's complement integer: a <see cref="long"/> where it fits, else a <see cref="BigInteger"/>.</summary>
    public object ReadInteger(long length)
    {
        var value = new BigInteger(ReadBytes(length));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    public string ReadText(long length)
    {
        try
        {
            return StrictUtf8.GetString(ReadBytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("text is not UTF-8");
        }
    }

    /// <summary>Text up to a line feed, which is skipped.</summary>
    public string ReadLine()
    {
        var length = bytes.AsSpan(Position, Math.Min(Remaining, MaxLine)).IndexOf((byte)'\n');
        if (length < 0) throw Invalid($"expected a name of at most {MaxLine} bytes and a line feed");
        var line = ReadText(length);
        Position++;
        return line;
    }

    /// <summary>An error at the current opcode.</summary>
    public InvalidFileException Invalid(string problem) => file.Invalid($"{origin} byte {_opcodePosition}: {problem}");
}
