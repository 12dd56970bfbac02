namespace Secateur.Demo.Reports;

/// <summary>The look of a report, light and dark. Without the child combinator: its sign would have to be escaped in XML but not in HTML.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root{--paper:#fff;--ink:#1c1f24;--soft:#4a4f57;--line:#e2e4e8;--card:#f6f7f9;--accent:#12946f;--note:#fff6e0}
        @media (prefers-color-scheme: dark){:root{--paper:#15181d;--ink:#eceef1;--soft:#b9bec6;--line:#2b3038;--card:#1d2127;--accent:#35c79b;--note:#2d2717}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1240px;margin:0 auto;padding:40px 24px 72px}
        h1{font-size:30px;line-height:1.2;margin:0 0 12px;letter-spacing:-.01em}
        h2{font-size:20px;margin:44px 0 12px}
        p{max-width:74ch;margin:0 0 12px}
        .lead{font-size:18px;color:var(--soft)}
        .note{max-width:none;background:var(--note);border-left:4px solid #d99a1e;padding:10px 14px;border-radius:4px}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0}
        .facts div{background:var(--card);border-radius:10px;padding:14px 16px;display:flex;flex-direction:column-reverse;justify-content:flex-end}
        dd{margin:0;font-size:24px;font-weight:600;color:var(--accent);font-variant-numeric:tabular-nums}
        dt{font-size:13px;color:var(--soft)}
        .scroll{overflow-x:auto;margin:0 0 16px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{padding:8px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
        th:first-child{text-align:left}
        thead th{font-size:13px;color:var(--soft);font-weight:600;border-bottom-width:2px}
        tbody tr:hover{background:var(--card)}
        tbody th{font-weight:600}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(460px,100%),1fr));gap:20px}
        .pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(250px,100%),1fr));gap:16px}
        figure{margin:0}
        figure svg{width:100%;height:auto;border:1px solid var(--line);border-radius:10px;display:block}
        figure img{width:100%;height:auto;border-radius:10px;display:block}
        figcaption{font-size:13px;color:var(--soft);padding:6px 2px}
        """;
}
