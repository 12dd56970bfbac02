namespace Secateur.Gpu.Kernels;

/// <summary>The gradient by a convolution's weights.</summary>
internal struct WeightCall
{
    /// <summary>The gradient by the convolution's map.</summary>
    public MapCall Output;

    /// <summary>Rows of the map that is read.</summary>
    public int InputHeight;

    /// <summary>Columns of the map that is read.</summary>
    public int InputWidth;

    /// <summary>K.</summary>
    public int Kernel;

    /// <summary>The stride.</summary>
    public int Stride;

    /// <summary>The padding.</summary>
    public int Padding;

    /// <summary>I / groups.</summary>
    public int GroupInputs;

    /// <summary>O / groups.</summary>
    public int GroupOutputs;

    /// <summary>Tiles of a group's inputs.</summary>
    public int InputTiles;

    /// <summary>Tiles of a group's outputs.</summary>
    public int OutputTiles;

    /// <summary>All tiles: groups, places of the kernel, tiles of inputs and outputs.</summary>
    public int Tiles;

    /// <summary>Number of weights.</summary>
    public int Weights;

    /// <summary>The first of the channels that are read.</summary>
    public int FirstRead;
}
