using Secateur.Kernels.Layout;
using Xunit;

namespace Secateur.Tests.Kernels;

public class PlanarLayoutTests
{
    [Fact]
    public unsafe void Clearing_in_parts_zeroes_the_halo_and_nothing_else()
    {
        foreach (var (height, width, halo) in new[] { (1, 1, 0), (1, 1, 3), (3, 5, 1), (4, 1, 2), (2, 70, 1), (7, 9, 4) })
        {
            var layout = new PlanarLayout(height, width, halo);
            for (var parts = 1; parts <= 4; parts++)
            {
                var plane = new float[layout.PlaneStride];
                Array.Fill(plane, 1);
                fixed (float* start = plane)
                {
                    for (var part = 0; part < parts; part++)
                        layout.ClearHalo(start + layout.Origin, layout.Positions * part / parts, layout.Positions * (part + 1) / parts);
                }

                for (var y = -halo; y < height + halo; y++)
                {
                    for (var x = -halo; x < width + halo; x++)
                    {
                        var inside = y >= 0 && y < height && x >= 0 && x < width;
                        Assert.Equal(inside ? 1 : 0, plane[layout.Origin + (y * layout.Pitch) + x]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Planes_start_on_cache_lines_and_not_a_page_apart()
    {
        for (var width = 1; width < 300; width++)
        {
            var layout = new PlanarLayout(31, width, 1);
            Assert.Equal(0, layout.Origin % 16);
            Assert.Equal(0, layout.PlaneStride % 16);
            Assert.NotEqual(0, layout.PlaneStride % 1024);
        }
    }
}
