using Secateur.Bench.Comparison;
using Secateur.Bench.Machine;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class MeasuredSizeTests
{
    [Fact]
    public void Rows_come_before_columns()
    {
        Assert.True(MeasuredSize.TryParse("eresfd=120x160", out var size));
        Assert.Equal(new MeasuredSize("eresfd", new ImageSize(120, 160)), size);
        Assert.True(size.IsFor("eresfd") && !size.IsFor("extd64"));
        Assert.True(MeasuredSize.TryParse("480x640", out var all) && all.IsFor("extd64"));
    }

    [Theory]
    [InlineData("480")]
    [InlineData("480x")]
    [InlineData("480x0")]
    [InlineData("-1x5")]
    [InlineData("=480x640")]
    [InlineData("1x2x3")]
    [InlineData("100000x1")]
    public void Other_texts_are_refused(string text) => Assert.False(MeasuredSize.TryParse(text, out _));

    [Fact]
    public void A_processor_is_named_for_files() => Assert.Equal("amd-epyc-tm-9b14-96-core", MachineDescription.Slug("AMD EPYC(TM) 9B14 96-Core "));
}
