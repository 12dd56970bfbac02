namespace Secateur.Bench.Training;

/// <summary>What is measured.</summary>
/// <param name="Architecture">The network.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="ImageSize">Rows and columns of each image.</param>
/// <param name="Steps">Steps that are measured.</param>
/// <param name="Threads">Threads of the engine, of the loss and of the data loader, each.</param>
/// <param name="Data">The folder of a data set; null for images of noise that are made before.</param>
/// <param name="MemoryLimitBytes">The engine's limit; null for its default.</param>
/// <param name="Chunks">Chunks of each kernel call.</param>
internal sealed record TrainingSettings(string Architecture, int Batch, int ImageSize, int Steps, int Threads, string? Data, long? MemoryLimitBytes, int Chunks);
