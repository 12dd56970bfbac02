using System.Net;
using Microsoft.AspNetCore.Http;
using Secateur.Server.Problems;
using Secateur.Server.Settings;

namespace Secateur.Server.Pipeline;

/// <summary>
/// What concerns browsers: headers that keep the page to itself, and no service to the pages of others. A server without a key answers only to the names of
/// this machine: else a page elsewhere could give its own name this machine's address, and be let in by the browser.
/// </summary>
internal sealed class BrowserMiddleware(RequestDelegate next, ServerOptions options)
{
    private const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurity;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Task.CompletedTask;
        }, http);
        var host = http.Request.Host.Host;
        if (options.ApiKey is null && host != "localhost" && !(IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
            throw new RequestException(StatusCodes.Status421MisdirectedRequest, "wrong-host", "without an API key this server answers only to localhost and loopback addresses");
        if (!HttpMethods.IsGet(http.Request.Method) && http.Request.Headers["Sec-Fetch-Site"] is [var site] && site is not ("same-origin" or "none"))
            throw new RequestException(StatusCodes.Status403Forbidden, "cross-site", "the pages of other sites are not served");
        return next(http);
    }
}
