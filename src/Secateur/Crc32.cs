using System.Buffers.Binary;

namespace Secateur;

/// <summary>The cyclic redundancy check of PNG chunks and zip archives (ISO 3309, polynomial 0xEDB88320 reflected), eight bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = BuildTables();

    /// <summary>The check of the concatenation of the bytes that gave <paramref name="before"/> (0 for none) and <paramref name="bytes"/>.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = Tables[7][low & 0xFF] ^ Tables[6][(low >> 8) & 0xFF] ^ Tables[5][(low >> 16) & 0xFF] ^ Tables[4][low >> 24]
                ^ Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]] ^ Tables[0][bytes[7]];
        }
        foreach (var value in bytes) crc = (crc >> 8) ^ Tables[0][(crc ^ value) & 0xFF];
        return ~crc;
    }

    /// <summary>Table k advances the check of one byte by k further zero bytes.</summary>
    private static uint[][] BuildTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var crc = k == 0 ? i : tables[k - 1][i];
                for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
                tables[k][i] = crc;
            }
        }
        return tables;
    }
}
