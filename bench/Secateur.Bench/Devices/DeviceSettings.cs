using Secateur.Gpu.Devices;
using Secateur.Training.Runs;

namespace Secateur.Bench.Devices;

/// <summary>What is measured.</summary>
/// <param name="Architecture">The network.</param>
/// <param name="Device">The device.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="ImageSize">Rows and columns of each image.</param>
/// <param name="Steps">Steps that are measured.</param>
/// <param name="Threads">Threads that decode images and draw what is done to them.</param>
/// <param name="Data">The folder of a data set; null for drawn scenes.</param>
/// <param name="Precision">How convolutions multiply.</param>
/// <param name="Kernels">Whether kernels are measured one by one.</param>
internal sealed record DeviceSettings(string Architecture, DeviceName Device, int Batch, int ImageSize, int Steps, int Threads, string? Data, Precision Precision, bool Kernels);
