using System.Numerics;

namespace Secateur.Demo.Scenes;

internal enum HairStyle
{
    Short,
    Fringe,
    Long,
    Curly,
    Receding,
}

/// <summary>What makes one head differ from another. Lengths are in half face heights (chin to hairline is 2).</summary>
internal sealed record HeadTraits
{
    private static readonly Vector3[] Skins =
    [
        LightCanvas.FromSrgb(246, 208, 180), LightCanvas.FromSrgb(236, 190, 156), LightCanvas.FromSrgb(222, 172, 132), LightCanvas.FromSrgb(198, 144, 104),
        LightCanvas.FromSrgb(160, 108, 74), LightCanvas.FromSrgb(124, 82, 56), LightCanvas.FromSrgb(96, 62, 44),
    ];

    private static readonly Vector3[] Hairs =
    [
        LightCanvas.FromSrgb(28, 24, 24), LightCanvas.FromSrgb(52, 36, 27), LightCanvas.FromSrgb(88, 58, 36), LightCanvas.FromSrgb(120, 64, 36),
        LightCanvas.FromSrgb(186, 146, 92), LightCanvas.FromSrgb(158, 154, 150),
    ];

    private static readonly Vector3[] Irises =
        [LightCanvas.FromSrgb(58, 36, 22), LightCanvas.FromSrgb(92, 60, 34), LightCanvas.FromSrgb(70, 104, 128), LightCanvas.FromSrgb(84, 104, 62)];

    public required Vector3 Skin { get; init; }

    public required Vector3 Hair { get; init; }

    public required Vector3 Iris { get; init; }

    public required Vector3 Lips { get; init; }

    public required HairStyle HairStyle { get; init; }

    /// <summary>Half the width of the face at the eyes.</summary>
    public required float HalfWidth { get; init; }

    /// <summary>Exponent of the jaw's outline: 2 is pointed, 3 square.</summary>
    public required float Jaw { get; init; }

    public required float EyeDistance { get; init; }

    public required float EyeSize { get; init; }

    public required float BrowWeight { get; init; }

    public required float NoseWidth { get; init; }

    public required float MouthWidth { get; init; }

    /// <summary>How far the corners of the mouth are raised, and from 0.6 on teeth are seen.</summary>
    public required float Smile { get; init; }

    /// <summary>0 to 1.</summary>
    public required float Beard { get; init; }

    public required bool Glasses { get; init; }

    public required int NoiseSeed { get; init; }

    public static HeadTraits Create(SeededRandom random)
    {
        var tone = random.NextIndex(Skins.Length - 1) + (float)random.NextDouble();
        var skin = Vector3.Lerp(Skins[(int)tone], Skins[(int)tone + 1], tone - (int)tone);
        var bearded = random.NextIndex(2) == 0;
        var light = skin.Y > 0.28f;
        var style = (HairStyle)random.NextIndex(5);
        return new HeadTraits
        {
            Skin = skin,
            Hair = Hairs[random.NextIndex(light ? Hairs.Length : 2)] * Between(0.8f, 1.2f),
            Iris = Irises[random.NextIndex(light ? Irises.Length : 2)],
            Lips = Vector3.Lerp(skin * new Vector3(0.82f, 0.56f, 0.56f), LightCanvas.FromSrgb(176, 60, 62), bearded ? 0.05f : Between(0.05f, 0.4f)),
            HairStyle = bearded && style == HairStyle.Long ? HairStyle.Short : style == HairStyle.Receding && !bearded ? HairStyle.Long : style,
            HalfWidth = Between(0.72f, 0.8f),
            Jaw = bearded ? Between(2.5f, 3.1f) : Between(2.2f, 2.6f),
            EyeDistance = Between(0.3f, 0.34f),
            EyeSize = Between(0.9f, 1.12f),
            BrowWeight = bearded ? Between(0.9f, 1.3f) : Between(0.6f, 0.95f),
            NoseWidth = Between(0.85f, 1.2f),
            MouthWidth = Between(0.25f, 0.32f),
            Smile = Between(0, 1),
            Beard = bearded && random.NextIndex(2) == 0 ? Between(0.25f, 0.95f) : 0,
            Glasses = random.NextIndex(7) == 0,
            NoiseSeed = random.NextIndex(int.MaxValue),
        };

        float Between(float low, float high) => low + ((high - low) * (float)random.NextDouble());
    }
}
