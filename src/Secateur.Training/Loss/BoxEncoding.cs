using Secateur.Detection;

namespace Secateur.Training.Loss;

/// <summary>
/// The regression target of the SSD encoding, what <see cref="AnchorDecoder"/> decodes: shift and logarithm of the size ratio over the variances.
/// </summary>
internal static class BoxEncoding
{
    /// <summary>Writes (dx, dy, dw, dh) that turn the anchor into the face.</summary>
    /// <param name="face">Width and height above zero.</param>
    /// <param name="anchor">The anchor.</param>
    /// <param name="target">Gets four values.</param>
    public static void Encode(FaceBox face, Anchor anchor, Span<float> target)
    {
        target[0] = (((face.X1 + face.X2) / 2) - anchor.CentreX) / (AnchorDecoder.CentreVariance * anchor.Width);
        target[1] = (((face.Y1 + face.Y2) / 2) - anchor.CentreY) / (AnchorDecoder.CentreVariance * anchor.Height);
        target[2] = MathF.Log((face.X2 - face.X1) / anchor.Width) / AnchorDecoder.SizeVariance;
        target[3] = MathF.Log((face.Y2 - face.Y1) / anchor.Height) / AnchorDecoder.SizeVariance;
    }
}
