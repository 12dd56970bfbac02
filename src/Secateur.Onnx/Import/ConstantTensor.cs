using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Secateur.Onnx.Format;
using Secateur.Weights.Files;
using static Secateur.Onnx.Format.TensorProto.Types;

namespace Secateur.Onnx.Import;

/// <summary>A constant of an ONNX graph. Its size is checked when it is made, its elements are read when they are asked for.</summary>
internal sealed class ConstantTensor
{
    private const int MaxElements = 1 << 27;

    private readonly Lazy<float[]> _numbers;
    private readonly Lazy<long[]> _integers;
    private readonly Lazy<TensorProto> _proto;

    private ConstantTensor(int[] shape, int count, DataType type, Func<float[]> numbers, Func<long[]> integers, Func<TensorProto> proto)
    {
        (Shape, Count, Type) = (shape, count, type);
        (_numbers, _integers, _proto) = (new(numbers), new(integers), new(proto));
    }

    private ConstantTensor(int[] shape, ConstantTensor elements)
    {
        (Shape, Count, Type) = (shape, elements.Count, elements.Type);
        (_numbers, _integers, _proto) = (elements._numbers, elements._integers, elements._proto);
    }

    /// <summary>Its sizes, outermost first; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The type of its elements.</summary>
    public DataType Type { get; }

    /// <summary>Whether its elements are numbers with a fraction.</summary>
    public bool IsFloat => Type is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double;

    /// <summary>The elements as float32.</summary>
    public float[] Numbers => _numbers.Value;

    /// <summary>The elements as integers; those of numbers with a fraction are cut off.</summary>
    public long[] Integers => _integers.Value;

    /// <summary>The tensor under a name, as a file holds it.</summary>
    public TensorProto ToProto(string name)
    {
        var proto = _proto.Value.Clone();
        proto.Name = name;
        proto.Dims.Clear();
        proto.Dims.AddRange(Shape.Select(d => (long)d));
        return proto;
    }

    /// <summary>float32 numbers.</summary>
    public static ConstantTensor Of(int[] shape, float[] numbers) => new(
        shape,
        numbers.Length,
        DataType.Float,
        () => numbers,
        () => [.. numbers.Select(Truncated)],
        () => new TensorProto { DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(numbers)) });

    /// <summary>64-bit integers, or integers of a smaller type.</summary>
    public static ConstantTensor Of(int[] shape, long[] integers, DataType type = DataType.Int64) => new(
        shape,
        integers.Length,
        type,
        () => [.. integers.Select(i => (float)i)],
        () => integers,
        () => type switch
        {
            DataType.Int64 => new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(integers)) },
            DataType.Uint32 or DataType.Uint64 => new TensorProto { DataType = (int)type, Uint64Data = { integers.Select(i => (ulong)i) } },
            _ => new TensorProto { DataType = (int)type, Int32Data = { integers.Select(i => (int)i) } },
        });

    /// <summary>A vector of integers.</summary>
    public static ConstantTensor Vector(params long[] integers) => Of([integers.Length], integers);

    /// <summary>The same elements in another shape of as many.</summary>
    public ConstantTensor Reshaped(int[] shape) => new(shape, this);

    /// <summary>A tensor of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="proto">The tensor.</param>
    /// <param name="what">What to call it in errors.</param>
    /// <exception cref="InvalidFileException">Its shape and its bytes disagree, or its type is none that can be read.</exception>
    public static ConstantTensor Read(UntrustedFile file, TensorProto proto, string what)
    {
        if (proto.Segment is not null) throw file.Invalid($"{what} is a segment of a tensor, which is not supported");
        var shape = TensorShape.Check(proto.Dims, problem => file.Invalid($"{what}: {problem}"), out var count);
        if (count > MaxElements) throw file.Invalid($"{what} has {count} elements, expected at most {MaxElements}");
        var type = (DataType)proto.DataType;
        var (element, stored) = type switch
        {
            DataType.Float => (ElementType.Float32, proto.FloatData.Count),
            DataType.Double => (ElementType.Float64, proto.DoubleData.Count),
            DataType.Int64 => (ElementType.Int64, proto.Int64Data.Count),
            DataType.Uint32 => (ElementType.UInt32, proto.Uint64Data.Count),
            DataType.Uint64 => (ElementType.UInt64, proto.Uint64Data.Count),
            DataType.Float16 => (ElementType.Float16, proto.Int32Data.Count),
            DataType.Bfloat16 => (ElementType.BFloat16, proto.Int32Data.Count),
            DataType.Int32 => (ElementType.Int32, proto.Int32Data.Count),
            DataType.Int16 => (ElementType.Int16, proto.Int32Data.Count),
            DataType.Uint16 => (ElementType.UInt16, proto.Int32Data.Count),
            DataType.Int8 => (ElementType.Int8, proto.Int32Data.Count),
            DataType.Uint8 => (ElementType.UInt8, proto.Int32Data.Count),
            DataType.Bool => (ElementType.Bool, proto.Int32Data.Count),
            _ => throw file.Invalid($"{what} has elements of type {proto.DataType} ({type}), which is not supported"),
        };
        var isRaw = stored == 0;
        if (isRaw && proto.RawData.Length != (long)count * element.Size())
            throw file.Invalid($"{what} of shape [{ShownList.Of(shape)}] has {proto.RawData.Length} bytes, expected {(long)count * element.Size()}");
        if (!isRaw && (stored != count || !proto.RawData.IsEmpty))
            throw file.Invalid($"{what} of shape [{ShownList.Of(shape)}] has {stored} elements, expected {count}");
        return new ConstantTensor(shape, count, type, ReadNumbers, ReadIntegers, () => proto);

        float[] ReadNumbers()
        {
            var numbers = new float[count];
            var bad = ElementConverter.ToSingle(element, Bytes(), numbers);
            return bad < 0 ? numbers : throw file.Invalid($"{what}: element {bad} is not representable as float32");
        }

        long[] ReadIntegers()
        {
            if (element is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16) return [.. ReadNumbers().Select(Truncated)];
            var (bytes, integers) = (Bytes(), new long[count]);
            for (var i = 0; i < count; i++)
            {
                var at = bytes.AsSpan(i * element.Size());
                integers[i] = element switch
                {
                    ElementType.Int64 or ElementType.UInt64 => BinaryPrimitives.ReadInt64LittleEndian(at),
                    ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
                    ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                    ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
                    ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                    ElementType.Int8 => (sbyte)at[0],
                    _ => at[0],
                };
            }

            return integers;
        }

        byte[] Bytes()
        {
            if (isRaw) return proto.RawData.ToByteArray();
            var bytes = new byte[count * element.Size()];
            for (var i = 0; i < count; i++)
            {
                var at = bytes.AsSpan(i * element.Size());
                switch (element)
                {
                    case ElementType.Float32:
                        BinaryPrimitives.WriteSingleLittleEndian(at, proto.FloatData[i]);
                        break;
                    case ElementType.Float64:
                        BinaryPrimitives.WriteDoubleLittleEndian(at, proto.DoubleData[i]);
                        break;
                    case ElementType.Int64:
                        BinaryPrimitives.WriteInt64LittleEndian(at, proto.Int64Data[i]);
                        break;
                    case ElementType.UInt64:
                        BinaryPrimitives.WriteUInt64LittleEndian(at, proto.Uint64Data[i]);
                        break;
                    case ElementType.UInt32:
                        BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)proto.Uint64Data[i]);
                        break;
                    case ElementType.Int32:
                        BinaryPrimitives.WriteInt32LittleEndian(at, proto.Int32Data[i]);
                        break;
                    case ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16:
                        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)proto.Int32Data[i]);
                        break;
                    default:
                        at[0] = (byte)proto.Int32Data[i];
                        break;
                }
            }

            return bytes;
        }
    }

    private static long Truncated(float number) => float.IsFinite(number) ? (long)Math.Clamp(number, -1e18f, 1e18f) : 0;
}
