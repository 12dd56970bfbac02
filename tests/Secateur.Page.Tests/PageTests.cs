using System.Globalization;
using Microsoft.Playwright;
using Secateur.Imaging;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Page.Tests;

[Collection(BrowserGroup.Name)]
public sealed class PageTests(Browser browser)
{
    /// <summary>Two spots; the weaker one scores 0.56.</summary>
    private static readonly byte[] TwoSpots = ImageFile.EncodePng(BrightSpotDetector.Picture(96, 72, (8, 12, 4, 255), (60, 40, 4, 117)));

    private static FilePayload Picture => new() { Name = "spots.png", MimeType = "image/png", Buffer = TwoSpots };

    [ChromiumFact]
    public async Task A_sample_is_shown_at_once_by_the_largest_and_the_smallest_model()
    {
        await using var visit = await Visit.OpenAsync(browser);
        await visit.SaysAsync("found by both");
        Assert.Equal(("tiny", "tall"), (await visit.Page.Locator("#model-a").InputValueAsync(), await visit.Page.Locator("#model-b").InputValueAsync()));
        Assert.Equal(4, visit.Detections);
        Assert.Equal("true", await visit.Page.Locator("[data-sample='1']").GetAttributeAsync("aria-pressed"));
        await visit.Page.Locator("[data-sample='3']").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-sample='3']")).ToHaveAttributeAsync("aria-pressed", "true");
        await visit.SaysAsync("found by both");
        Assert.Equal(8, visit.Detections);
        Assert.Equal(4, await visit.Page.Locator(".samples img").EvaluateAllAsync<int>("images => images.filter(i => i.complete && i.naturalWidth === 960).length"));
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task A_chosen_picture_gets_boxes_where_the_faces_are()
    {
        await using var visit = await OpenWithSpots();
        await visit.SaysAsync("spot: 2 faces");
        await visit.SaysAsync("tall: 2 faces");
        Assert.Equal("0 0 96 72", await visit.Page.Locator("#view-a svg").GetAttributeAsync("viewBox"));
        var boxes = await visit.Page.Locator("#view-a .box").EvaluateAllAsync<string[]>("boxes => boxes.map(b => ['x', 'y', 'width', 'height'].map(n => b.getAttribute(n)).join(' ')).sort()");
        Assert.Equal(["2 6 16 16", "54 34 16 16"], boxes);
        Assert.Equal(2, await visit.Page.Locator("#view-a .box.alone").CountAsync());
        Assert.Equal(["2", "2"], await visit.Page.Locator("dl div:first-child dd").EvaluateAllAsync<string[]>("cells => cells.map(c => c.firstChild.textContent)"));
        Assert.Contains("score 1.00, from 2, 6 to 18, 22", await visit.Page.Locator("#list-a").TextContentAsync(), StringComparison.Ordinal);

        // Where the boxes are on the screen is where the picture is.
        var (image, box) = ((await visit.Page.Locator("#view-a img").BoundingBoxAsync())!, (await visit.Page.Locator("#view-a .box").Last.BoundingBoxAsync())!);
        var scale = Math.Min(image.Width / 96, image.Height / 72);
        Assert.Equal(image.X + ((image.Width - (96 * scale)) / 2) + (2 * scale), box.X, 3f);
        Assert.Equal(image.Y + ((image.Height - (72 * scale)) / 2) + (6 * scale), box.Y, 3f);
        Assert.Equal(16 * scale, box.Width, 6f);

        await visit.ChooseAsync("spot", "spot");
        await visit.SaysAsync("spot: 2 faces");
        Assert.Equal(0, await visit.Page.Locator(".box.alone").CountAsync());
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task The_slider_asks_the_server_nothing()
    {
        await using var visit = await OpenWithSpots();
        await visit.SaysAsync("spot: 2 faces");
        var before = visit.Detections;
        var slider = visit.Page.Locator("#confidence");
        await slider.FillAsync("0.9");
        await visit.SaysAsync("spot: 1 face in");
        Assert.Equal(1, await visit.Page.Locator("#view-a .box").CountAsync());
        Assert.Equal("0.90", await visit.Page.Locator("#confidence-value").TextContentAsync());
        await slider.FillAsync("0.05");
        await Assertions.Expect(visit.Page.Locator("#confidence-value")).ToHaveTextAsync("0.05");
        Assert.True(await visit.Page.Locator("#view-a .box").CountAsync() >= 2);
        await visit.ChooseAsync("tall", "spot");
        await visit.Page.WaitForTimeoutAsync(200);
        Assert.Equal(before, visit.Detections);
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task The_keyboard_reaches_everything()
    {
        await using var visit = await OpenWithSpots();
        await visit.SaysAsync("spot: 2 faces");
        await visit.Page.Locator("body").ClickAsync(new LocatorClickOptions { Position = new Position { X = 2, Y = 2 } });
        var reached = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            var name = await visit.Page.EvaluateAsync<string>("() => document.activeElement.id || document.activeElement.dataset.sample || document.activeElement.tagName");
            if (name == "BODY") break;
            reached.Add(name);
            Assert.True(await visit.Page.EvaluateAsync<bool>("() => { const e = document.activeElement; const seen = e.closest('.button') ?? e; return getComputedStyle(seen).outlineStyle !== 'none' && parseFloat(getComputedStyle(seen).outlineWidth) >= 2; }"), $"the focus on {name} is not seen");
        }

        Assert.Equal(["file", "camera", "1", "2", "3", "4", "confidence", "model-a", "SUMMARY", "model-b", "SUMMARY", "api"], reached.Take(12));
        await visit.Page.Locator("#confidence").FocusAsync();
        for (var i = 0; i < 10; i++) await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.SaysAsync("spot: 1 face in");
        await visit.Page.Locator("[data-sample='2']").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("[data-sample='2']")).ToHaveAttributeAsync("aria-pressed", "true");
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task Everything_has_a_name_for_those_who_hear_it()
    {
        await using var visit = await OpenWithSpots();
        var tree = await visit.Page.Locator("body").AriaSnapshotAsync();
        string[] names = ["heading \"Secateur\"", "button \"Choose a picture\"", "slider \"Confidence above\"", "combobox \"Model A\"", "combobox \"Model B\"", "button \"Drawn picture 1\"", "img \"The picture, with the faces that model A found\"", "status"];
        Assert.All(names, name => Assert.Contains(name, tree, StringComparison.Ordinal));
        Assert.Equal("polite", await visit.Status.GetAttributeAsync("aria-live"));
    }

    [ChromiumFact]
    public async Task It_is_dark_where_that_is_preferred_and_texts_stand_out()
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var visit = await Visit.OpenAsync(browser, new BrowserNewContextOptions { ColorScheme = scheme });
            await visit.SaysAsync("found by both");
            var contrasts = await visit.Page.EvaluateAsync<double[]>("""
                () => {
                  const light = c => { const [r, g, b] = c.match(/[\d.]+/g).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c; } return 'rgb(255, 255, 255)'; };
                  return [light(getComputedStyle(document.body).backgroundColor), ...[...document.querySelectorAll('h1, p, label, dt, dd, select, .button, summary, a, output, small')].filter(e => e.offsetParent).map(e => {
                    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
                    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                  })];
                }
                """);
            Assert.Equal(scheme == ColorScheme.Dark, contrasts[0] < 0.1);
            Assert.True(contrasts.Length > 20);
            Assert.True(contrasts[1..].Min() >= 4.5, string.Join(' ', contrasts.Select(c => c.ToString("F1", CultureInfo.InvariantCulture))));
            visit.IsContent();
        }
    }

    [ChromiumFact]
    public async Task It_fits_a_phone()
    {
        await using var visit = await Visit.OpenAsync(browser, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 360, Height = 740 }, HasTouch = true, IsMobile = true, DeviceScaleFactor = 2 });
        await visit.SaysAsync("found by both");
        Assert.True(await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 360);
        Assert.Empty(await visit.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main *')].filter(e => e.offsetParent && e.getBoundingClientRect().right > 360.5).map(e => e.outerHTML.slice(0, 80))"));
        Assert.True(await visit.Page.GetByText("Take a photo").IsVisibleAsync());
        var (a, b) = ((await visit.Page.Locator("#view-a").BoundingBoxAsync())!, (await visit.Page.Locator("#view-b").BoundingBoxAsync())!);
        Assert.True(b.Y >= a.Y + a.Height, "the results are not one below the other");
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task Pictures_can_be_dropped_and_pasted()
    {
        await using var visit = await Visit.OpenAsync(browser);
        await visit.SaysAsync("found by both");
        await visit.ChooseAsync("spot", "tall");
        foreach (var how in new[] { "drop", "paste" })
        {
            await visit.Page.EvaluateAsync("""
                ([how, base64]) => {
                  const data = new DataTransfer();
                  data.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'spots.png', { type: 'image/png' }));
                  document.querySelector('#confidence').value = how === 'drop' ? 0.5 : 0.9;
                  document.body.dispatchEvent(how === 'drop'
                    ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
                    : new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
                }
                """, new[] { how, Convert.ToBase64String(TwoSpots) });
            await visit.SaysAsync(how == "drop" ? "spot: 2 faces" : "spot: 1 face in");
        }

        visit.IsContent();
    }

    [ChromiumFact]
    public async Task The_camera_gives_a_picture()
    {
        await using var visit = await Visit.OpenAsync(browser, new BrowserNewContextOptions { Permissions = ["camera"] });
        await visit.SaysAsync("found by both");
        await visit.Page.Locator("#camera").ClickAsync();
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('#video').videoWidth > 0");
        await visit.Page.Locator("#shoot").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#camera-dialog")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Page.Locator("[data-sample='1']")).ToHaveAttributeAsync("aria-pressed", "false");
        await visit.SaysAsync("found by both");
        Assert.Equal(8, visit.Detections);
        visit.IsContent();
    }

    [ChromiumFact]
    public async Task What_is_no_picture_is_told_and_the_next_one_works()
    {
        await using var visit = await OpenWithSpots();
        await visit.SaysAsync("spot: 2 faces");
        await visit.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "no.png", MimeType = "image/png", Buffer = "no picture"u8.ToArray() });
        await visit.SaysAsync("is not a JPEG, PNG");
        Assert.Equal(0, await visit.Page.Locator(".box").CountAsync());
        await visit.Page.Locator("#file").SetInputFilesAsync(Picture);
        await visit.SaysAsync("spot: 2 faces");
        Assert.Equal(4, await visit.Page.Locator(".box").CountAsync());
    }

    [ChromiumFact]
    public async Task A_key_is_asked_for_and_kept_in_memory_alone()
    {
        await using var visit = await Visit.OpenAsync(browser, apiKey: "open-sesame");
        var dialog = visit.Page.Locator("#key-dialog");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await visit.Page.Locator("#key").FillAsync("wrong");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#key-problem")).ToHaveTextAsync("This is not the key.");
        await visit.Page.Locator("#key").FillAsync("open-sesame");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.SaysAsync("found by both");
        Assert.Equal("0 0 ", await visit.Page.EvaluateAsync<string>("() => `${localStorage.length} ${sessionStorage.length} ${document.cookie}`"));
        Assert.Equal(visit.Page.Url, new Uri(visit.Page.Url).GetLeftPart(UriPartial.Path));
        visit.IsContent();
        await visit.Page.ReloadAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync();
    }

    private async Task<Visit> OpenWithSpots()
    {
        var visit = await Visit.OpenAsync(browser);
        await visit.SaysAsync("found by both");
        await visit.ChooseAsync("spot", "tall");
        var chooser = await visit.Page.RunAndWaitForFileChooserAsync(() => visit.Page.GetByText("Choose a picture").ClickAsync());
        await chooser.SetFilesAsync(Picture);
        await visit.SaysAsync("spot: ");
        await Assertions.Expect(visit.Page.Locator("#view-a svg")).ToHaveAttributeAsync("viewBox", "0 0 96 72");
        return visit;
    }
}
