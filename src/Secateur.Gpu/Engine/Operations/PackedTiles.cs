namespace Secateur.Gpu.Engine.Operations;

/// <summary>A convolution's weights as kernels read them.</summary>
/// <param name="Start">Where they are among those of all layers, in quads.</param>
/// <param name="Tiles">Tiles of a group's channels; for tensor cores, groups of tiles of 16.</param>
/// <param name="Width">Channels of a tile; for tensor cores, tiles of a group.</param>
internal readonly record struct PackedTiles(long Start, int Tiles, int Width);
