using Secateur.Detection;
using Secateur.Graph;

namespace Secateur.Training.Loss;

/// <summary>
/// The regression target of the SSD encoding, what <see cref="AnchorDecoder"/> decodes: shift and logarithm of the size ratio over the variances.
/// </summary>
internal static class BoxEncoder
{
    /// <summary>Writes (dx, dy, dw, dh) that turn the anchor into the face.</summary>
    /// <param name="face">Width and height above zero.</param>
    /// <param name="anchor">The anchor.</param>
    /// <param name="variances">The units.</param>
    /// <param name="target">Gets four values.</param>
    public static void Encode(FaceBox face, Anchor anchor, BoxVariances variances, Span<float> target)
    {
        target[0] = (((face.X1 + face.X2) / 2) - anchor.CentreX) / (variances.Centre * anchor.Width);
        target[1] = (((face.Y1 + face.Y2) / 2) - anchor.CentreY) / (variances.Centre * anchor.Height);
        target[2] = MathF.Log((face.X2 - face.X1) / anchor.Width) / variances.Size;
        target[3] = MathF.Log((face.Y2 - face.Y1) / anchor.Height) / variances.Size;
    }
}
