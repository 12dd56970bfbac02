namespace Secateur.WiderFace;

/// <summary>How blurred a face is.</summary>
public enum FaceBlur
{
    /// <summary>Clear.</summary>
    Clear,

    /// <summary>Normal blur.</summary>
    Normal,

    /// <summary>Heavy blur.</summary>
    Heavy,
}

/// <summary>How much of a face is hidden.</summary>
public enum FaceOcclusion
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>1 to 30 percent.</summary>
    Partial,

    /// <summary>More than 30 percent.</summary>
    Heavy,
}

/// <summary>A face of the annotation files, with its attributes (Yang, Luo, Loy, Tang, CVPR 2016).</summary>
/// <param name="X">Left edge in pixels of the stored image.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Width">Width in pixels; 0 for a few faces of the official train list, negative where a list is wrong.</param>
/// <param name="Height">Height in pixels, as for the width.</param>
/// <param name="Blur">How blurred it is.</param>
/// <param name="ExaggeratedExpression">Its expression is exaggerated, not typical.</param>
/// <param name="ExtremeIllumination">It is lit in an extreme, not in a normal way.</param>
/// <param name="Invalid">It is marked as invalid, to be ignored.</param>
/// <param name="Occlusion">How much of it is hidden.</param>
/// <param name="AtypicalPose">Its pose is atypical.</param>
public readonly record struct AnnotatedFace(
    int X,
    int Y,
    int Width,
    int Height,
    FaceBlur Blur,
    bool ExaggeratedExpression,
    bool ExtremeIllumination,
    bool Invalid,
    FaceOcclusion Occlusion,
    bool AtypicalPose);
