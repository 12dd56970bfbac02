using System.Collections.Immutable;

namespace Secateur.WiderFace.Predictions;

/// <summary>An image that a run could not read.</summary>
/// <param name="Image">The image.</param>
/// <param name="Problem">What the reader said.</param>
public sealed record UnreadableImage(WiderImageName Image, string Problem);

/// <summary>Some images of a run could not be read; all others have their predictions.</summary>
public sealed class UnreadableImagesException : IOException
{
    private const int Named = 10;

    internal UnreadableImagesException(ImmutableArray<UnreadableImage> images, int total)
        : base($"{images.Length} of {total} images cannot be read: {string.Join("; ", images.Take(Named).Select(image => image.Problem))}"
            + (images.Length > Named ? $"; and {images.Length - Named} more" : "")) => Images = images;

    /// <summary>All of them, in the order of the run.</summary>
    public ImmutableArray<UnreadableImage> Images { get; }
}
