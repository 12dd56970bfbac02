namespace Secateur.Onnx.Import;

/// <summary>What an imported network's score maps hold.</summary>
internal enum MapScores
{
    /// <summary>Logits of background and face, anchor by anchor.</summary>
    Softmax,

    /// <summary>A logit an anchor.</summary>
    Sigmoid,

    /// <summary>A logit an anchor of the class, and one of the objectness in a map of its own.</summary>
    GeometricMean,
}
