using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>The page in a real browser: empty, busy and failing, wide and narrow. Screenshots are attached to the results.</summary>
[Category("Full")]
public sealed partial class PageBrowserTests
{
    private string _root = "";

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("page-").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [TestCase("empty", 1100)]
    [TestCase("busy", 1100)]
    [TestCase("failing", 1100)]
    [TestCase("empty", 360)]
    [TestCase("busy", 360)]
    [TestCase("failing", 360)]
    [CancelAfter(120_000)]
    public async Task It_fits_its_window_and_shows_one_picture(string name, int width, CancellationToken token)
    {
        // A frame, since a browser's own window has a least width that is wider than a phone.
        var harness = Path.Combine(_root, "harness.html");
        await File.WriteAllTextAsync(harness, $$"""
            <!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
            <iframe style="border:0" width="{{width}}" height="1800" srcdoc="{{WebUtility.HtmlEncode(Sample(name).Page())}}"></iframe>
            <script>
            document.querySelector('iframe').onload = event => {
                const page = event.target.contentDocument;
                const pictures = [...page.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
                const smallest = Math.min(...pictures.map(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
                document.title = `${page.documentElement.scrollWidth} ${pictures.length} ${smallest}`;
            };
            </script>
            """, token);

        var (dom, _) = await BrowseAsync($"file://{harness}", token, "--dump-dom");
        await ScreenshotAsync($"file://{harness}", $"page-{name}-{width}.png", Math.Max(500, width), token);

        var measured = Title().Match(dom).Groups[1].Value.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToList();
        Assert.That(measured[0], Is.LessThanOrEqualTo(width), "nothing has to be scrolled sideways");
        Assert.That(measured[1], Is.EqualTo(1));
        Assert.That(measured[2], Is.GreaterThan(0.8), "text in the picture has about its natural size");
    }

    [TestCase("light")]
    [TestCase("dark")]
    [CancelAfter(120_000)]
    public async Task The_server_s_policy_lets_the_page_s_own_style_through(string scheme, CancellationToken token)
    {
        var address = $"127.0.0.1:{HttpRig.FreePort()}";
        await using var rig = await HttpRig.StartAsync(settings => settings with { HttpAddress = address });
        var sample = PageSample.Busy().At(DateTimeOffset.Now);
        rig.Status = sample.Status;
        rig.Jobs.AddRange(sample.Jobs);

        var (dom, complaints) = await BrowseAsync($"http://{address}/", token, "--dump-dom");
        await ScreenshotAsync($"http://{address}/", $"page-served-{scheme}.png", 1100, token, scheme == "dark" ? "--blink-settings=preferredColorScheme=0" : "--blink-settings=preferredColorScheme=1");

        Assert.That(dom, Does.Contain("Autoreduction on reduce01"));
        Assert.That(complaints, Does.Not.Contain("Content Security Policy"));
    }

    private static PageSample Sample(string name) => name switch
    {
        "empty" => PageSample.Empty(),
        "busy" => PageSample.Busy(),
        _ => PageSample.Failing(),
    };

    private async Task ScreenshotAsync(string url, string file, int width, CancellationToken token, params string[] more)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, file);
        File.Delete(path);
        await BrowseAsync(url, token, [$"--screenshot={path}", $"--window-size={width},1500", "--hide-scrollbars", .. more]);
        Assert.That(new FileInfo(path).Length, Is.GreaterThan(1000));
        TestContext.AddTestAttachment(path);
    }

    // What chromium printed, and what it complained about.
    private async Task<(string Output, string Complaints)> BrowseAsync(string url, CancellationToken token, params string[] options)
    {
        string[] quiet =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--enable-logging=stderr", "--virtual-time-budget=3000", $"--user-data-dir={Path.Combine(_root, Path.GetRandomFileName())}",
        ];
        using var browser = Process.Start(new ProcessStartInfo("chromium", [.. quiet, .. options, url]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, complaints) = (browser.StandardOutput.ReadToEndAsync(token), browser.StandardError.ReadToEndAsync(token));
        try
        {
            await browser.WaitForExitAsync(token);
        }
        catch (OperationCanceledException)
        {
            browser.Kill(entireProcessTree: true);
            throw;
        }

        return (await output, await complaints);
    }

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex Title();
}
