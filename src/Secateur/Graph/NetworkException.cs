namespace Secateur.Graph;

/// <summary>A network breaks a rule of the graph, or cannot run at the size asked for.</summary>
public sealed class NetworkException(string message) : Exception(message);
