using System.Text.Json;
using System.Text.Json.Serialization;

namespace Secateur.Training.Data.Datasets;

/// <summary>An image of a COCO annotation file.</summary>
/// <param name="Id">What its annotations name it by.</param>
/// <param name="FileName">Its file, relative to the folder of images.</param>
public sealed record CocoImage(long Id, string FileName);

/// <summary>A class of objects.</summary>
/// <param name="Id">What annotations name it by.</param>
/// <param name="Name">Its name.</param>
public sealed record CocoCategory(long Id, string Name);

/// <summary>An object.</summary>
/// <param name="ImageId">Its image.</param>
/// <param name="CategoryId">Its class.</param>
/// <param name="Bbox">Left edge, top edge, width and height in pixels; null where it has no box.</param>
/// <param name="Iscrowd">Whether it is a group, marked as one.</param>
public sealed record CocoAnnotation(long ImageId, long CategoryId, double[]? Bbox, [property: JsonConverter(typeof(FlagConverter))] bool Iscrowd);

/// <summary>An annotation file of COCO (Lin et al., ECCV 2014): a JSON document of images, categories and annotations; what else it holds is passed over.</summary>
/// <param name="Images">The images.</param>
/// <param name="Categories">The classes.</param>
/// <param name="Annotations">The objects; none in files that only list images.</param>
public sealed record CocoAnnotations(CocoImage[] Images, CocoCategory[] Categories, CocoAnnotation[]? Annotations)
{
    /// <summary>Half a gigabyte: somewhat more than the largest official file.</summary>
    private const long MaxLength = 1L << 29;

    /// <summary>Reads an annotation file.</summary>
    /// <exception cref="InvalidFileException">It is a directory or too long, no JSON, or of another form.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static CocoAnnotations Read(string path)
    {
        if (Directory.Exists(path)) throw new InvalidFileException(path, "is a directory, expected a COCO annotation file");
        using var stream = File.OpenRead(path);
        if (!stream.CanSeek || stream.Length > MaxLength) throw new InvalidFileException(path, $"is no file of at most {MaxLength} bytes");
        try
        {
            var read = JsonSerializer.Deserialize(stream, CocoJson.Default.CocoAnnotations);
            if (read is { Images: not null, Categories: not null } && read.Images.All(i => i?.FileName is not null) && read.Categories.All(c => c?.Name is not null)
                && read.Annotations?.Contains(null!) is not true)
                return read;
            throw new InvalidFileException(path, "is no COCO annotation file: expected an object with the arrays images {id, file_name}, categories {id, name} and annotations");
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(path, $"is no COCO annotation file: line {error.LineNumber + 1}, {error.Path}: {error.Message.Split(". Path")[0]}", error);
        }
    }

    /// <summary>The id of the class of faces; see <see cref="FaceClass.Find"/>, among the classes that have objects.</summary>
    /// <exception cref="InvalidFileException">Several classes, none of which is called face.</exception>
    public long FaceCategory(string path)
    {
        var used = (Annotations ?? []).Select(a => a.CategoryId).ToHashSet();
        CocoCategory[] named = used.Count == 0 ? Categories : [.. Categories.Where(c => used.Contains(c.Id))];
        return FaceClass.Find([.. named.Select(c => c.Name)]) is { } face
            ? named[face].Id
            : throw new InvalidFileException(path, $"has no category called face, but {(named.Length == 0 ? "none" : string.Join(", ", named.Take(10).Select(c => $"'{c.Name}'")))}");
    }
}

/// <summary>A flag that is written as 0 or 1, or as a truth value.</summary>
internal sealed class FlagConverter : JsonConverter<bool>
{
    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        JsonTokenType.Number => reader.GetDouble() != 0,
        _ => throw new JsonException("expected 0 or 1"),
    };

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteNumberValue(value ? 1 : 0);
}

/// <summary>How the file is written: snake case, numbers sometimes as texts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(CocoAnnotations))]
internal sealed partial class CocoJson : JsonSerializerContext;
