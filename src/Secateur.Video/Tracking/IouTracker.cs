using Secateur.Pixels;

namespace Secateur.Video.Tracking;

/// <summary>
/// Tells which boxes of successive frames are the same face, by how much they overlap (the idea of Bochinski et al., "High-Speed Tracking-by-Detection
/// Without Using Image Information", AVSS 2017). Of all pairs of a track's last box and a new box that overlap enough, the best come first, each track
/// and box once; boxes left over begin tracks. It looks at no pixels and predicts no motion: faces that cross may change names.
/// </summary>
/// <remarks>The result depends on the boxes and their order alone. Among equal overlaps the older track wins, then the earlier box.</remarks>
/// <param name="threshold">The least intersection over union of the same face in two frames, above 0, up to 1.</param>
/// <param name="patience">Frames without a box after which a track ends; what comes later is a new face.</param>
public sealed class IouTracker(double threshold = IouTracker.DefaultThreshold, int patience = IouTracker.DefaultPatience)
{
    /// <summary>The usual threshold.</summary>
    public const double DefaultThreshold = 0.3;

    /// <summary>The usual patience, in frames that are looked at.</summary>
    public const int DefaultPatience = 15;

    // In the order in which they began.
    private readonly List<Track> _open = [];

    /// <summary>How many tracks have begun.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the boxes of the next frame that was looked at.</summary>
    /// <returns>The track of each box, from 1, in the order of the boxes.</returns>
    public IReadOnlyList<int> Update(IReadOnlyList<FaceDetection> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var ids = new int[faces.Count];
        foreach (var track in _open) track.Unseen++;
        var pairs =
            from track in _open
            from face in Enumerable.Range(0, faces.Count)
            let overlap = Overlap(track.Box, faces[face])
            where overlap >= threshold
            orderby overlap descending, track.Id, face
            select (track, face);
        foreach (var (track, face) in pairs)
        {
            if (track.Unseen == 0 || ids[face] != 0) continue;
            (track.Unseen, track.Box, ids[face]) = (0, faces[face], track.Id);
        }

        _open.RemoveAll(t => t.Unseen > patience);
        for (var face = 0; face < faces.Count; face++)
        {
            if (ids[face] != 0) continue;
            ids[face] = ++Count;
            _open.Add(new Track { Id = Count, Box = faces[face] });
        }

        return ids;
    }

    /// <summary>Intersection over union.</summary>
    private static double Overlap(FaceDetection a, FaceDetection b)
    {
        var (width, height) = (Math.Min(a.X2, b.X2) - (double)Math.Max(a.X1, b.X1), Math.Min(a.Y2, b.Y2) - (double)Math.Max(a.Y1, b.Y1));
        if (!(width > 0 && height > 0)) return 0;
        var common = width * height;
        return common / (AreaOf(a) + AreaOf(b) - common);
    }

    private static double AreaOf(FaceDetection face) => ((double)face.X2 - face.X1) * ((double)face.Y2 - face.Y1);

    private sealed class Track
    {
        public required int Id { get; init; }

        public required FaceDetection Box { get; set; }

        public int Unseen { get; set; }
    }
}
