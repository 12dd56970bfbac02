namespace Secateur.Mpi;

/// <summary>Open MPI is not there, is another MPI, or a call of it failed.</summary>
/// <param name="message">What is wrong, and what to do.</param>
public sealed class MpiException(string message) : InvalidOperationException(message);
