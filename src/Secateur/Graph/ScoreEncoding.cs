namespace Secateur.Graph;

/// <summary>What the two numbers of a score are.</summary>
public enum ScoreEncoding
{
    /// <summary>Logits of background and face: the score is the face's softmax.</summary>
    Softmax,

    /// <summary>Logits of class and objectness: the score is the geometric mean of their sigmoids (YuNet, Wu et al., MIR 2023).</summary>
    GeometricMean,
}
