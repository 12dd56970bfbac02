namespace Secateur.WiderFace;

/// <summary>How far a run over images has come. Reported from several threads, so a later report may tell of fewer images.</summary>
/// <param name="Done">Images finished.</param>
/// <param name="Total">Images to do.</param>
/// <param name="Image">The image just finished.</param>
public readonly record struct WiderProgress(int Done, int Total, WiderImageName Image);
