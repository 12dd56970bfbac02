using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>Where a head is and how it is turned.</summary>
/// <param name="Center">The middle of the face, in pixels.</param>
/// <param name="Unit">Half the height of the face (chin to hairline), in pixels.</param>
/// <param name="Roll">Turn in the picture's plane, radians, clockwise.</param>
/// <param name="Yaw">Turn to the side, radians; positive looks to the right of the picture.</param>
/// <param name="Pitch">Nod, radians; positive looks down.</param>
/// <param name="FromBehind">Seen from behind: there is no face.</param>
internal readonly record struct HeadPose(Vector2 Center, float Unit, float Roll, float Yaw, float Pitch, bool FromBehind)
{
    private readonly (float Sin, float Cos) _roll = MathF.SinCos(Roll);
    private readonly (float Sin, float Cos) _yaw = MathF.SinCos(Yaw);
    private readonly (float Sin, float Cos) _pitch = MathF.SinCos(Pitch);

    /// <summary>The side of a pixel in head units.</summary>
    public float Pixel => 1 / Unit;

    /// <summary>From pixels to the upright head's plane: origin in the middle of the face, x right, y down, in half face heights.</summary>
    public Vector2 ToHead(Vector2 point)
    {
        var (sin, cos) = _roll;
        var offset = (point - Center) / Unit;
        return new Vector2((offset.X * cos) + (offset.Y * sin), (offset.Y * cos) - (offset.X * sin));
    }

    /// <summary>From a place on the head's front, of depth <paramref name="depth"/> towards the viewer, to the place on the face as seen from straight ahead.</summary>
    public Vector2 ToFace(Vector2 head, float depth) =>
        new((head.X * _yaw.Cos) - (depth * _yaw.Sin), (head.Y * _pitch.Cos) - (depth * _pitch.Sin));
}
