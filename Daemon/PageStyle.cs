using System.Security.Cryptography;
using System.Text;

namespace Autoreduction.Daemon;

/// <summary>How the page looks, light or dark as the reader's system is.</summary>
internal static class PageStyle
{
    public const string Text = """
        :root { color-scheme: light dark; --back: #f5f6f8; --card: #fff; --ink: #1a2130; --soft: #5a6478; --line: #dfe3ea;
          --good: #1a7f4b; --bad: #c02b2b; --warn: #96610a; --blue: #2459c4; }
        @media (prefers-color-scheme: dark) { :root { --back: #12161d; --card: #1b212b; --ink: #e8ecf3; --soft: #9aa5b8;
          --line: #2d3644; --good: #4cc38a; --bad: #ff7b72; --warn: #e3b341; --blue: #7aa7ff; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--back); color: var(--ink);
          font: 1rem/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.35rem; margin: 0 .6rem 0 0; } h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
        header { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem; margin-bottom: .9rem; }
        header p { flex-basis: 100%; } p { margin: 0; } .soft, footer { color: var(--soft); font-size: .875rem; }
        .badge { border: 1px solid; border-radius: 1rem; padding: .05rem .7rem; font-weight: 600; font-size: .875rem; }
        .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
        section { overflow-x: auto; } section, .tile { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1rem; }
        section { margin-bottom: .9rem; } section.alarm { border-color: var(--bad); border-left-width: .3rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .9rem; margin-bottom: .9rem; }
        .tile b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8125rem; }
        th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
        tr:last-child td { border-bottom: 0; }
        ul { margin: 0; padding: 0; list-style: none; } li + li { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
        .reason { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; margin-top: .15rem; }
        svg { display: block; width: 100%; height: auto; font-size: 12px; } svg text { fill: var(--soft); }
        .grid { stroke: var(--line); } .complete { fill: var(--good); } .error { stroke: var(--bad); stroke-width: 2; }
        .skipped { fill: none; stroke: var(--blue); stroke-width: 1.6; } .cancelled { stroke: var(--soft); stroke-width: 2; }
        .narrow { display: none; }
        @media (max-width: 40rem) { body { padding: .6rem; } .wide { display: none; } svg.narrow { display: block; }
          .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; } section, .tile { padding: .7rem .8rem; } }
        """;

    /// <summary>What a browser is allowed: this style, and nothing else from anywhere.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
