namespace Secateur.Microbenchmarks;

/// <summary>Dense convolutions 3x3.</summary>
public class Dense3x3 : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Dense3x3();
}

/// <summary>Convolutions 1x1.</summary>
public class Dense1x1 : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Dense1x1();
}

/// <summary>Depthwise convolutions 3x3.</summary>
public class Depthwise : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Depthwise();
}

/// <summary>Strided convolutions with the split into phases.</summary>
public class Strided : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Strided();
}

/// <summary>Upsampling by two.</summary>
public class Upsampling : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Upsampling();
}

/// <summary>Residual blocks.</summary>
public class Blocks : LayerBenchmarks
{
    /// <inheritdoc/>
    public override IEnumerable<LayerShape> Layers => LayerShapes.Blocks();
}
