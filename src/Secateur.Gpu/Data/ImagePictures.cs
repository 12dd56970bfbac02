using System.Numerics;
using Secateur.Training.Data.Loading;

namespace Secateur.Gpu.Data;

/// <summary>The kept pictures of an image, by their reduction. One thread at a time.</summary>
internal sealed class ImagePictures
{
    private readonly StoredPicture?[] _pictures = new StoredPicture?[BitOperations.Log2(PictureReader.LargestReduction) + 1];
    private bool _neverReduced;

    /// <summary>The picture that decoding with a reduction would give; null where it is not kept.</summary>
    public StoredPicture? Find(int reduction) => _pictures[_neverReduced ? 0 : BitOperations.Log2((uint)reduction)];

    /// <summary>Keeps a picture that has a place.</summary>
    /// <param name="reduction">The reduction that was asked for; only JPEGs are reduced.</param>
    /// <param name="picture">The picture.</param>
    public void Add(int reduction, StoredPicture picture)
    {
        _neverReduced |= picture.Reduction != reduction;
        if (picture.Place != PicturePlace.Nowhere) _pictures[BitOperations.Log2((uint)picture.Reduction)] = picture;
    }
}
