using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Secateur.Graph;

namespace Secateur.Server.Problems;

/// <summary>What an exception means to a caller.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">In a word or two with hyphens, for programs and metrics.</param>
/// <param name="Detail">For people.</param>
/// <param name="RetryAfter">Seconds after which to try again.</param>
internal sealed record RequestProblem(int Status, string Reason, string Detail, int? RetryAfter = null)
{
    public const string Internal = "internal";

    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    public static RequestProblem Of(Exception error) => error switch
    {
        RequestException known => new(known.Status, known.Reason, known.Message, known.RetryAfter),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "the body is larger than this server takes"),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(StatusCodes.Status408RequestTimeout, "body-too-slow", "the body arrived too slowly"),
        BadHttpRequestException bad => new(bad.StatusCode, "bad-request", bad.Message),
        InvalidFileException unreadable => new(StatusCodes.Status422UnprocessableEntity, "unreadable-picture", unreadable.Message),
        NetworkException unfit => new(StatusCodes.Status422UnprocessableEntity, "unfit-picture", unfit.Message),
        OperationCanceledException => new(StatusCodes.Status503ServiceUnavailable, "timeout", "the request took longer than this server allows", 1),
        OutOfMemoryException => new(StatusCodes.Status503ServiceUnavailable, "memory", "there is not enough memory for this request now", 1),
        _ => new(StatusCodes.Status500InternalServerError, Internal, "a mistake of the server's own; its log says more"),
    };
}
