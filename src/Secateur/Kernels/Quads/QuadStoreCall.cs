using Secateur.Kernels.Conv2d;

namespace Secateur.Kernels.Quads;

/// <summary>
/// What becomes of the sums of four filters, the lanes of a quad. A lane's value is activation(sum * scale + start) + (addend * factor + shift), each product
/// with its sum rounded once; as a byte it is rounded to the nearest, to even where there are two, and cut off at 0 and 255.
/// </summary>
internal unsafe ref struct QuadStoreCall
{
    /// <summary>Lanes of a quad.</summary>
    public const int Lanes = 4;

    /// <summary>The sums, a row a lane.</summary>
    public int* Sums;

    /// <summary>From one row to the next.</summary>
    public int SumStride;

    /// <summary>Of each lane.</summary>
    public float* Scales;

    /// <summary>Of each lane, where its sums all start from the same.</summary>
    public float* Starts;

    /// <summary>A row for each lane where its sums start from others at the borders; else null.</summary>
    public float* BorderStarts;

    /// <summary>From one row of those to the next.</summary>
    public int BorderStride;

    /// <summary>How those are stored.</summary>
    public BorderRows Border;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>The workspace.</summary>
    public float* Memory;

    /// <summary>Of each lane, position 0 of the plane of quads that its addend is in, in floats from the workspace's start; or -1. Null where nothing is added.</summary>
    public nint* Addends;

    /// <summary>Of each lane, by how many bits its addend is shifted in the quad.</summary>
    public int* AddendBits;

    /// <summary>Whether the addends of the lanes are the lanes of one plane.</summary>
    public readonly bool HasWholeAddends
    {
        get
        {
            var whole = Addends[0] >= 0;
            for (var lane = 0; lane < Lanes; lane++) whole &= Addends[lane] == Addends[0] && AddendBits[lane] == 8 * lane;
            return whole;
        }
    }

    /// <summary>Of the addends.</summary>
    public float AddendFactor;

    /// <summary>Of each lane.</summary>
    public float* Shifts;
}
