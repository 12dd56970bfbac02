namespace Secateur.Training.Data.Datasets;

/// <summary>Reads the labels of one layout. Label files are hostile: whatever they hold, the answer is images or <see cref="InvalidFileException"/>.</summary>
internal interface IDatasetReader
{
    /// <summary>What the layout is called.</summary>
    string Layout { get; }

    /// <summary>What it looks for below the root, in words.</summary>
    string Expects(DatasetSplit split);

    /// <summary>Whether the folder has this layout and this split of it.</summary>
    bool Has(string root, DatasetSplit split);

    /// <summary>The images of a split, in an order that does not depend on the file system.</summary>
    /// <exception cref="InvalidFileException">The list of images is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    IEnumerable<ListedImage> Read(string root, DatasetSplit split);
}
