using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Secateur.Server.Problems;

namespace Secateur.Server.Requests;

/// <summary>Reads a form with one file; in memory, where ASP.NET's own reader would put large files on the disk.</summary>
internal sealed class FormReader(BodyReader bodies)
{
    private const int MaxParts = 16;
    private const int MaxBoundary = 128;
    private const int MaxField = 256;

    /// <summary>Reads the form.</summary>
    /// <param name="http">The request.</param>
    /// <param name="type">Its content type.</param>
    /// <param name="parameters">Gets the fields of the form.</param>
    /// <returns>The file and its name.</returns>
    /// <exception cref="RequestException">It is no such form.</exception>
    public async Task<(byte[] Content, string? Name)> ReadAsync(HttpContext http, MediaTypeHeaderValue type, Parameters parameters)
    {
        BodyReader.RefuseEncodings(http.Request);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary) throw Bad($"its boundary is missing, or longer than {MaxBoundary} characters");
        try
        {
            return await ReadPartsAsync(http, new MultipartReader(boundary, http.Request.Body), parameters);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw bodies.TooSlow();
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not (BadHttpRequestException or InvalidFileException))
        {
            throw Bad("it is cut off, or its parts are not as they should be");
        }
    }

    private async Task<(byte[] Content, string? Name)> ReadPartsAsync(HttpContext http, MultipartReader reader, Parameters parameters)
    {
        (byte[] Content, string? Name)? file = null;
        for (var part = 0; await reader.ReadNextSectionAsync(Pipeline.TimeLimit.Of(http)) is { } section; part++)
        {
            if (part == MaxParts) throw Bad($"it has more than {MaxParts} parts");
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) throw Bad("a part has no Content-Disposition");
            if (disposition.IsFileDisposition())
            {
                if (file is not null) throw Bad("it has more than one file");
                var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
                file = (await bodies.ReadAsync(http, section.Body, exact: null), string.IsNullOrWhiteSpace(name) ? null : name);
            }
            else
            {
                parameters.Add(HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "", await ReadFieldAsync(section.Body, Pipeline.TimeLimit.Of(http)));
            }
        }

        return file ?? throw Bad("it has no file; send the picture as a part with a filename");
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[MaxField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= MaxField ? Encoding.UTF8.GetString(buffer, 0, length) : throw Bad($"a field has more than {MaxField} bytes");
    }

    private static RequestException Bad(string what) => new(StatusCodes.Status400BadRequest, "bad-form", $"the form cannot be read: {what}");
}
