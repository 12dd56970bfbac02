using System.Runtime.InteropServices;

namespace Secateur.Gpu.Data;

/// <summary>What the kernels know of a sample. Steps that are left out have the factor or the turn that changes nothing.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceRecipe
{
    /// <summary>Where its picture begins, in bytes.</summary>
    public long PictureAt;

    /// <summary>Not 0 where the picture lies in the store's memory, 0 where it was brought with the batch.</summary>
    public int Resident;

    /// <summary>Columns of the picture.</summary>
    public int PictureWidth;

    /// <summary>The part of the sample that shows the picture; right and bottom are exclusive.</summary>
    public int Left;
    public int Top;
    public int Right;
    public int Bottom;

    /// <summary>Source pixels a target pixel.</summary>
    public int ColumnTaps;
    public int RowTaps;

    /// <summary>Where the tables begin, in their elements.</summary>
    public int ColumnFirst;
    public int RowFirst;
    public int ColumnWeights;
    public int RowWeights;

    public float Brightness;
    public float Contrast;
    public float Saturation;
    public float HueShift;
    public int ContrastFirst;
}
