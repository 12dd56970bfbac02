namespace Secateur.Graph;

/// <summary>What the four numbers of a box are.</summary>
public enum BoxEncoding
{
    /// <summary>Shifts of the anchor's centre and logarithms of its size ratio, in <see cref="DetectorHead.Variances"/> (SSD, Liu et al., ECCV 2016).</summary>
    CentreSize,

    /// <summary>Distances from the cell's centre to the left, upper, right and lower side, in strides (FCOS, Tian et al., ICCV 2019).</summary>
    Distances,
}

/// <summary>What the two numbers of a score are.</summary>
public enum ScoreEncoding
{
    /// <summary>Logits of background and face: the score is the face's softmax.</summary>
    Softmax,

    /// <summary>Logits of class and objectness: the score is the geometric mean of their sigmoids (YuNet, Wu et al., MIR 2023).</summary>
    GeometricMean,
}
