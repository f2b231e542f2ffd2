"""What was measured, as tables in Markdown and as one HTML page with charts that needs nothing else."""
import html
from chart import line_chart

PEER, OURS = "transformers", "vrlt"
STYLE = """
:root{--ink:#1f2328;--soft:#6b7280;--line:#d7dbe0;--head:#f1f3f5;--paper:#fff;--s0:#d9772f;--s1:#0f7a6c}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa2ad;--line:#3a4048;--head:#23272d;--paper:#16191d;--s0:#f09a55;--s1:#3fc1ae}}
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:80em;padding:0 1em;color:var(--ink);background:var(--paper)}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
td,th{border:1px solid var(--line);padding:.3em .6em;text-align:left;vertical-align:top}th{background:var(--head)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(22em,1fr));gap:1.2em}figure{margin:0}figcaption{font-weight:600}
svg{width:100%}svg text{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}.axis,.tick{stroke:var(--soft)}
path{fill:none;stroke-width:2}.s0{stroke:var(--s0)}.s1{stroke:var(--s1)}circle.s0{fill:var(--s0)}circle.s1{fill:var(--s1)}
.key0{color:var(--s0)}.key1{color:var(--s1)}
"""


def span(s):
    return f"{s['median']:.4g} ({s['min']:.4g} to {s['max']:.4g})"


def against_peers(results):
    rows = [["case", "what", "peer s: median (min to max)", "ours s", "times faster: medians", "of minima", "pairs", "goal", "peak GiB above start: peer", "ours"]]
    memory = lambda x: f"{x['peak_rss_gib'] - x['loaded_rss_gib']:.2f}" if "loaded_rss_gib" in x and "peak_rss_gib" in x else ""
    for r in results:
        rows.append([r["label"], r["what"], span(r["seconds"]), span(r["ours_seconds"]), f"{r['ratio']['median']:.2f}", f"{r['ratio']['best']:.2f}",
                     f"{r['ratio']['pair_min']:.2f} to {r['ratio']['pair_max']:.2f}", goal(r["goal"]), memory(r), memory(r.get("ours_last", {}))])
    return rows


def own_growth(grown):
    rows = [["case", "fewer s: median (min to max)", "more s", "growth: medians", "of minima", "goal: at most"]]
    return rows + [[g["label"], span(g["few"]), span(g["many"]), f"{g['ratio']:.2f}", f"{g['best']:.2f}", goal(g["goal"])] for g in grown]


def goal(value):
    return "" if value is None else f"{value:g}"


def markdown(title, about, tables):
    lines = [f"# {title}", "", about, ""]
    for heading, (header, *rows) in tables:
        lines += [f"## {heading}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header), *("| " + " | ".join(r) + " |" for r in rows), ""]
    return "\n".join(lines)


def chart_figures(curves):
    """Seconds of each curve, and of the updates against G their memory."""
    figures = []

    def add(caption, x_label, y_label, points, peer, ours):
        series = {PEER: [(p["value"], peer(p)) for p in points], OURS: [(p["value"], ours(p)) for p in points]}
        figures.append(f"<figure><figcaption>{html.escape(caption)}</figcaption>{line_chart(x_label, y_label, series)}</figure>")

    for curve in (curve for curve in curves if curve["points"]):
        add(curve["label"], curve["size"], "seconds, median", curve["points"], lambda p: p["peer"]["median"], lambda p: p["ours"]["median"])
        if curve["label"] == "update against G":
            add("memory of the update against G", curve["size"], "peak GiB above start", curve["points"], lambda p: p["peer_gib"], lambda p: p["ours_gib"])
    return figures


def page(title, about, tables, curves):
    cells = lambda tag, row: "<tr>" + "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in row) + "</tr>"
    body = "".join(f"<h2>{html.escape(heading)}</h2><div class=wide><table>{cells('th', header)}{''.join(cells('td', row) for row in rows)}</table></div>"
                   for heading, (header, *rows) in tables)
    if curves:
        body += (f"<h2>Growth with one size at a time</h2><p><b class=key0>●</b> {PEER} <b class=key1>●</b> {OURS}; model of hidden size 64, "
                 f"8 responses of 64 tokens where nothing else is said; both axes are logarithmic.</p><div class=charts>{''.join(chart_figures(curves))}</div>")
    return (f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{html.escape(title)}</title>"
            f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(about)}</p>{body}</html>\n")
