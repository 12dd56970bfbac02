namespace Secateur.Gpu.Devices;

/// <summary>A device is not there, was lost, or has too little memory; the message says what to do.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : IOException(message, inner);
