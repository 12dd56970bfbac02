using Secateur.Weights.Files;

namespace Secateur.Onnx.Format;

/// <summary>
/// Bounds what parsing an ONNX file takes before it is parsed: two bytes of a file make a node, which is a hundred times as large in memory. Goes through the
/// fields of the messages that the format nests, and leaves it to the parser to say what is malformed.
/// </summary>
internal static class WireBudget
{
    private const int MaxDepth = 32;
    private const int MessageBytes = 250;
    private const int FieldBytes = 40;
    private const long BytesPerFileByte = 32;
    private const long Allowance = 1 << 24;
    private const long MostBytes = 1 << 28;

    private enum Message
    {
        Leaf,
        Other,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Value,
    }

    /// <summary>Checks the bytes of a file.</summary>
    /// <exception cref="InvalidFileException">It would grow too large, or is nested too deeply.</exception>
    public static void Check(UntrustedFile file, ReadOnlySpan<byte> bytes)
    {
        var left = Math.Min(bytes.Length * BytesPerFileByte, MostBytes) + Allowance;
        Walk(file, bytes, Message.Model, depth: 0, ref left);
    }

    private static void Walk(UntrustedFile file, ReadOnlySpan<byte> bytes, Message message, int depth, ref long left)
    {
        if (depth > MaxDepth) throw file.Invalid($"nests more than {MaxDepth} messages");
        while (TryReadVarint(ref bytes, out var tag))
        {
            var length = 0UL;
            switch (tag & 7)
            {
                case 0 when TryReadVarint(ref bytes, out _):
                    break;
                case 1:
                    length = 8;
                    break;
                case 5:
                    length = 4;
                    break;
                case 2 when TryReadVarint(ref bytes, out length):
                    break;
                default:
                    return;
            }

            if (length > (ulong)bytes.Length) return;
            var child = (tag & 7) == 2 ? Child(message, tag >> 3) : Message.Leaf;
            left -= child == Message.Leaf ? FieldBytes : MessageBytes;
            if (left < 0) throw file.Invalid($"its {file.Length} bytes hold more fields than {BytesPerFileByte} times as much memory, or {MostBytes} bytes, has room for");
            if (child != Message.Leaf) Walk(file, bytes[..(int)length], child, depth + 1, ref left);
            bytes = bytes[(int)length..];
        }
    }

    private static Message Child(Message message, ulong field) => (message, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 8 or 14 or 20 or 25) => Message.Other,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 11 or 12) => Message.Value,
        (Message.Graph, 15) => Message.Other,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Tensor, 13) => Message.Other,
        // A type holds a tensor's type, that a shape, that dimensions.
        (Message.Value, 1 or 2) => Message.Value,
        _ => Message.Leaf,
    };

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }
}
