using Microsoft.AspNetCore.Http;
using Secateur.Server.Pipeline;
using Secateur.Server.Problems;
using Secateur.Server.Settings;

namespace Secateur.Server.Requests;

/// <summary>Reads bodies into memory, and nowhere else; no faster than they come, no more than there is room for.</summary>
internal sealed class BodyReader(ServerOptions options)
{
    // Every connection that there may be can have one before a byte of its body has come, and there is room for others.
    private const int FirstBuffer = 16 << 10;

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="RequestException">It is compressed, comes too slowly, or there is no memory for it now.</exception>
    /// <exception cref="BadHttpRequestException">It is larger than allowed, or ends too early.</exception>
    public Task<byte[]> ReadAsync(HttpContext http)
    {
        RefuseEncodings(http.Request);
        return ReadAsync(http, http.Request.Body, http.Request.ContentLength);
    }

    /// <summary>Refuses bodies that would have to be unpacked.</summary>
    /// <exception cref="RequestException">This is one.</exception>
    public static void RefuseEncodings(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encodings && encodings != "identity")
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "wrong-encoding", "bodies with a Content-Encoding are not taken; pictures are compressed as they are");
    }

    /// <summary>Reads a stream of the request to its end.</summary>
    /// <param name="http">The request.</param>
    /// <param name="stream">Its body, or a part of that.</param>
    /// <param name="exact">The bytes that come, where they are known; memory is set aside as they do.</param>
    public async Task<byte[]> ReadAsync(HttpContext http, Stream stream, long? exact)
    {
        var share = BodyBudget.ShareOf(http);
        var most = exact ?? Array.MaxLength;
        var buffer = Array.Empty<byte>();
        var length = 0;
        while (length < most)
        {
            if (length == buffer.Length)
            {
                var size = (int)Math.Min(most, Math.Max(FirstBuffer, 2L * length));
                share.Take(size - length);
                Array.Resize(ref buffer, size);
            }

            var read = await ReadAsync(http, stream, buffer.AsMemory(length));
            if (read == 0) break;
            length += read;
        }

        return length == buffer.Length ? buffer : buffer[..length];
    }

    /// <summary>What is said where the time is up before the body is there.</summary>
    public RequestException TooSlow() =>
        new(StatusCodes.Status408RequestTimeout, "body-too-slow", $"the body did not arrive within {options.Timeout.TotalSeconds:0.###} s");

    private async ValueTask<int> ReadAsync(HttpContext http, Stream stream, Memory<byte> buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, TimeLimit.Of(http));
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw TooSlow();
        }
    }
}
