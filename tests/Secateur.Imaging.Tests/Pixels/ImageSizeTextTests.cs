using Secateur.Pixels;

namespace Secateur.Imaging.Tests.Pixels;

public class ImageSizeTextTests
{
    [Theory]
    [InlineData("480x640")]
    [InlineData("480X640")]
    public void Rows_come_before_columns(string text)
    {
        Assert.True(ImageSize.TryParse(text, out var size));
        Assert.Equal(new ImageSize(Height: 480, Width: 640), size);
        Assert.Equal("480x640", size.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("480")]
    [InlineData("480x")]
    [InlineData("0x640")]
    [InlineData("480x-640")]
    [InlineData(" 480x640")]
    [InlineData("4.5x640")]
    [InlineData("1x2x3")]
    [InlineData("9999999999x1")]
    public void Other_texts_are_refused(string text) => Assert.False(ImageSize.TryParse(text, out _));
}
