using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Runtime;

/// <summary>What runs a model on images of any size: the processor, or another device.</summary>
internal interface IImageEngine
{
    /// <summary>The model as it was given.</summary>
    Model Model { get; }

    /// <summary>The network that runs in its place; results are named by its nodes.</summary>
    Network Running { get; }

    /// <summary>What one caller at a time runs images with, with as many threads of the processor.</summary>
    IImageSession CreateSession(int threads);
}
