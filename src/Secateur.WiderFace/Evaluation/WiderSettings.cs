namespace Secateur.WiderFace.Evaluation;

/// <summary>The settings of the WIDER FACE evaluation, as a set. A face that counts in an easier one counts in the harder ones too.</summary>
[Flags]
public enum WiderSettings
{
    /// <summary>In no setting: the face is ignored.</summary>
    None = 0,

    /// <summary>Large faces.</summary>
    Easy = 1,

    /// <summary>Middle-sized and large faces.</summary>
    Medium = 2,

    /// <summary>Nearly all faces.</summary>
    Hard = 4,

    /// <summary>In every setting.</summary>
    All = Easy | Medium | Hard,
}
