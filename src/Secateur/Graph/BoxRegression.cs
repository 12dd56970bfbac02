namespace Secateur.Graph;

/// <summary>What the four numbers of a box are.</summary>
public enum BoxRegression
{
    /// <summary>Shifts of the anchor's centre and logarithms of its size ratio, in <see cref="DetectorHead.Variances"/> (SSD, Liu et al., ECCV 2016).</summary>
    CentreSize,

    /// <summary>Distances from the cell's centre to the left, upper, right and lower side, in strides (FCOS, Tian et al., ICCV 2019).</summary>
    Distances,
}
