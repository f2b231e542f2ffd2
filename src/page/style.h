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
.wide{overflow-x:auto}.wide td code{display:block;min-width:28em}
.right{color:var(--accent)}.wrong{color:var(--warn)}
.frames{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:8px}
figure{margin:0;background:var(--card);border:2px solid var(--line);border-radius:6px;
  overflow:hidden}
figure.marked{border-color:var(--accent)}figure img{width:100%;display:block;border-radius:0;
  image-rendering:auto}
figcaption{font-size:11px;color:var(--soft);padding:2px 6px;line-height:1.3}
.tokens span:nth-of-type(even){background:var(--line)}
.tokens .special{color:var(--accent);font-weight:600}.tokens i{color:var(--soft);padding:0 4px}
nav{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px 16px;
  font-size:14px}
nav ul{margin:2px 0;padding-left:18px}
nav>ul{padding-left:4px;list-style:none;columns:4 180px}nav>ul>li{break-inside:avoid}
a{color:var(--accent)}
.finder{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0}
.finder input,.finder select{font:inherit;font-size:13px;padding:3px 8px;color:var(--fg);
  background:var(--bg);border:1px solid var(--line);border-radius:6px}
.finder input{flex:1 1 180px;max-width:420px}
.item{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 10px;
  margin:6px 0;overflow-x:auto}
.legend span::before{content:"";display:inline-block;width:14px;height:3px;margin:0 5px 3px 12px;
  background:currentColor}
.legend{font-size:12px}.c0{color:var(--accent)}.c1{color:var(--warn)}.c2{color:#6b5bd2}
.c3{color:#c2417c}.c4{color:#4c8f2f}.c5{color:#3b78c4}
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

/// Shows of the items below a finder those that hold every word that is searched and, where a kind
/// is chosen, are of that kind; their data-kinds are separated by "|".
constexpr const char* kFinderScript = R"js(<script>
for (const finder of document.querySelectorAll(".finder")) {
  const items = [...finder.parentElement.querySelectorAll(":scope > .item")];
  const search = finder.querySelector("input");
  const choices = [...finder.querySelectorAll("select")];
  const count = finder.querySelector(".count");
  const texts = items.map(item => item.textContent.toLowerCase());
  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word);
    const kinds = choices.map(choice => choice.value).filter(kind => kind);
    let shown = 0;
    items.forEach((item, i) => {
      const own = item.dataset.kinds.split("|");
      item.hidden = !words.every(word => texts[i].includes(word)) ||
        !kinds.every(kind => own.includes(kind));
      if (!item.hidden) ++shown;
    });
    count.textContent = `${shown} of ${items.length}`;
  };
  search.addEventListener("input", find);
  for (const choice of choices) choice.addEventListener("change", find);
  finder.querySelector("button").addEventListener("click", () => {
    const shown = items.filter(item => !item.hidden);
    const open = !shown.every(item => item.open);
    for (const item of shown) item.open = open;
  });
  find();
}
</script>)js";

}  // namespace vrlt::page
