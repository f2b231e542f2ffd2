#pragma once

namespace vrlt::page {

/// Everything the page needs to look like something, in the page itself.
constexpr const char* kStyle = R"css(
:root{--bg:#fff;--fg:#1c2024;--soft:#68727d;--line:#dde2e7;--card:#f7f8fa;--accent:#0b7a75;
  --warn:#d9730d;--alarm:#c62828}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ec;--soft:#97a1ab;--line:#2c333a;
  --card:#1b1f24;--accent:#3cc2ba;--warn:#f0a04b;--alarm:#ff6b6b}}
body{margin:0 auto;max-width:1100px;padding:24px;background:var(--bg);color:var(--fg);
  font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:8px 0}
h2{font-size:20px;margin:36px 0 8px;padding-top:12px;border-top:2px solid var(--line)}
h3{font-size:15px;margin:18px 0 6px;color:var(--soft)}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px;
  overflow-x:auto}
.card b{font-size:13px}svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font-size:10px}
table{border-collapse:collapse;font-size:13px}
td,th{padding:3px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
.number{text-align:right;font-variant-numeric:tabular-nums}
pre{white-space:pre-wrap;font-size:12px;background:var(--card);padding:8px;border-radius:6px;
  overflow-wrap:anywhere}
code{overflow-wrap:anywhere}img{max-width:100%;border-radius:4px}details{margin:8px 0}
summary{cursor:pointer}
svg path{fill:none;stroke-width:1.6}svg line{stroke:var(--line)}.s0{stroke:var(--accent)}
.s1{stroke:var(--warn)}.s2{stroke:#6b5bd2}.s3{stroke:#c2417c}.s4{stroke:#4c8f2f}.s5{stroke:#3b78c4}
.faint{opacity:.3}
.soft{color:var(--soft);font-size:13px}.strip{margin-left:6.3%;width:92.1%}
.timeline text{font-size:9px}
.tip{position:fixed;pointer-events:none;background:var(--fg);color:var(--bg);font-size:12px;
  padding:1px 6px;border-radius:4px}
.alarm{color:var(--alarm);font-weight:600}.selected{fill:var(--accent)}
.rejected{fill:var(--warn);opacity:.7}.truth{fill:var(--accent)}
.band{fill:var(--accent);opacity:.12}
)css";

/// Shows step and value of the point of a chart nearest to the pointer, from its data-points: per
/// series [[x, y, step, value], ...].
constexpr const char* kHoverScript = R"js(<script>
const tip = document.createElement("div");
tip.className = "tip";
for (const chart of document.querySelectorAll("svg.chart")) {
  const points = JSON.parse(chart.dataset.points).flat();
  chart.addEventListener("pointerleave", () => tip.remove());
  chart.addEventListener("pointermove", event => {
    const to_chart = chart.getScreenCTM().inverse();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(to_chart);
    const distance = point => Math.abs(point[0] - at.x);
    const nearer = (best, point) => !best || distance(point) < distance(best) ? point : best;
    const nearest = points.reduce(nearer, null);
    if (!nearest) return;
    tip.textContent = `step ${nearest[2]}: ${nearest[3]}`;
    tip.style.left = event.clientX + 12 + "px";
    tip.style.top = event.clientY - 24 + "px";
    document.body.append(tip);
  });
}
</script>)js";

}  // namespace vrlt::page
