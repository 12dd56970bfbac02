using Secateur.Training.Engine.Maps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>A step that takes the sums over a gradient while it writes it.</summary>
internal interface ISumsTaker
{
    /// <summary>Whether a view's whole gradient is there after this step, and all of it from here.</summary>
    bool Completes(ReadView view);

    /// <summary>Has the step take the sums over a gradient that it completes.</summary>
    void Take(ViewSums sums);
}
