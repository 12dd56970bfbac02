using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Secateur.WiderFace;

/// <summary>
/// The identity of a WIDER FACE image: its event and its name, such as <c>0--Parade</c> and <c>0_Parade_marchingband_1_465</c>. Both are safe as
/// names of a folder and a file: no separators, no <c>..</c>.
/// </summary>
public sealed record WiderImageName
{
    private const int MaxLength = 200;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:*?\"<>|");

    private WiderImageName(string eventName, string name)
    {
        Event = eventName;
        Name = name;
    }

    /// <summary>The event, the name of the image's folder.</summary>
    public string Event { get; }

    /// <summary>The file name without its extension.</summary>
    public string Name { get; }

    /// <summary>Makes the identity from its parts; false where one is empty, too long or not a plain file name.</summary>
    public static bool TryCreate(string? eventName, string? name, [NotNullWhen(true)] out WiderImageName? image)
    {
        image = IsPlain(eventName) && IsPlain(name) ? new WiderImageName(eventName, name) : null;
        return image is not null;
    }

    /// <summary>Reads <c>EVENT/NAME.EXTENSION</c>; false where the text has another form.</summary>
    public static bool TryParse(string? path, [NotNullWhen(true)] out WiderImageName? image)
    {
        image = null;
        if (path?.Split('/') is not [var eventName, var file]) return false;
        var dot = file.LastIndexOf('.');
        return dot > 0 && IsPlain(file) && TryCreate(eventName, file[..dot], out image);
    }

    /// <summary><c>EVENT/NAME.jpg</c>, as the lists of the data set and the submission files name it.</summary>
    public override string ToString() => $"{Event}/{Name}.jpg";

    private static bool IsPlain([NotNullWhen(true)] string? part) =>
        part is { Length: > 0 and <= MaxLength } and not "." and not ".."
        && part.AsSpan().IndexOfAny(Forbidden) < 0
        && !part.Any(char.IsControl);
}
