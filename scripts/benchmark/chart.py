"""Line charts on logarithmic axes, as SVG. Colours and classes are the page's."""
import html, math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 250, 58, 410, 12, 202


def number(value):
    return f"{value:.3g}" if value < 1000 else f"{value:g}"


def text(x, y, anchor, words):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def line(x1, y1, x2, y2, style):
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def log_ticks(low, high):
    """1, 2 and 5 times powers of ten; of a wide range the powers alone."""
    steps = (1, 2, 5) if high / low < 300 else (1,)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for e in exponents for tick in (step * 10.0 ** e for step in steps) if low <= tick * 1.0001 and tick <= high * 1.0001]


def line_chart(x_label, y_label, series):
    """@param series  {name: [(x, y)]}, positive numbers; the first is drawn in the first colour."""
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    low, high = min(ys) / 1.25, max(ys) * 1.25
    at_x = lambda x: LEFT + 12 + (RIGHT - LEFT - 24) * math.log(x / xs[0]) / math.log(xs[-1] / xs[0])
    at_y = lambda y: BOTTOM - (BOTTOM - TOP) * math.log(y / low) / math.log(high / low)
    svg = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">']
    for tick in log_ticks(low, high):
        svg += [line(LEFT, at_y(tick), RIGHT, at_y(tick), "grid"), text(LEFT - 6, at_y(tick) + 3.5, "end", number(tick))]
    for x in xs:
        svg += [line(at_x(x), BOTTOM, at_x(x), BOTTOM + 4, "tick"), text(at_x(x), BOTTOM + 16, "middle", number(x))]
    svg += [line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis"), text((LEFT + RIGHT) / 2, BOTTOM + 36, "middle", x_label)]
    svg.append(f'<text transform="translate(11 {(TOP + BOTTOM) / 2:.1f}) rotate(-90)" text-anchor="middle">{html.escape(y_label)}</text>')
    for i, (name, points) in enumerate(series.items()):
        path = "L".join(f"{at_x(x):.1f} {at_y(y):.1f}" for x, y in points)
        svg.append(f'<path class="s{i}" d="M{path}"/>')
        for x, y in points:
            svg.append(f'<circle class="s{i}" cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3"><title>{html.escape(name)}: {number(y)} at {number(x)}</title></circle>')
    return "".join(svg) + "</svg>"
