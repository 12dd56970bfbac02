namespace Secateur.Gpu.Engine.Launching;

/// <summary>A kernel that a plan queues, with arguments that never change.</summary>
/// <param name="Cost">What it must do.</param>
/// <param name="Queue">Queues it.</param>
internal sealed record Launch(LaunchCost Cost, Action Queue);

/// <summary>What a launch must do at least, by its definition; small numbers beside its maps are left out.</summary>
/// <param name="Kernel">The kind of kernel.</param>
/// <param name="Bytes">Bytes that it reads or writes, each value once.</param>
/// <param name="MultiplyAdds">Multiply-adds of a convolution.</param>
internal readonly record struct LaunchCost(string Kernel, long Bytes = 0, long MultiplyAdds = 0);
