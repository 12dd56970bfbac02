using System.Text.Json;
using System.Text.Json.Serialization;

namespace Secateur.Server.Api;

/// <summary>How answers are written.</summary>
internal static class AnswerJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
