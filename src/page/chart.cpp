#include "vrlt/page/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/page/html.h"

namespace vrlt::page {
namespace {

constexpr double kWidth = 420, kHeight = 210, kLeft = 50, kRight = 410, kTop = 10, kBottom = 184;
constexpr size_t kMaxPoints = 400;
constexpr size_t kSmoothFrom = 30;

/// A coordinate, in tenths of a pixel.
std::string px(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", std::clamp(value, -1e4, 1e4));
  return text;
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return concat("<line class=\"", style, "\" x1=\"", px(x1), "\" y1=\"", px(y1), "\" x2=\"", px(x2),
                "\" y2=\"", px(y2), "\"/>");
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return concat("<text x=\"", px(x), "\" y=\"", px(y), "\" text-anchor=\"", anchor, "\">",
                escape(text), "</text>");
}

std::string rectangle(double x, double y, double width, double height,
                      const std::string& attributes, const std::string& title) {
  return concat("<rect x=\"", px(x), "\" y=\"", px(y), "\" width=\"", px(width), "\" height=\"",
                px(height), "\" ", attributes, "><title>", escape(title), "</title></rect>");
}

/// Room around the values; a constant gets a band of its own.
std::pair<double, double> padded(double low, double high) {
  if (low > high) return {0.0, 1.0};
  const double span = high - low;
  if (span <= 1e-12 * std::max(std::abs(low), std::abs(high)) || span == 0) {
    const double room = low == 0 ? 1.0 : std::abs(low) * 0.1;
    return {low - room, high + room};
  }
  return {low - 0.05 * span, high + 0.05 * span};
}

struct Range {
  double low = INFINITY, high = -INFINITY;
  void add(double value) {
    if (!std::isfinite(value) || std::abs(value) > 1e300) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

std::string path_data(const std::vector<Point>& points, const Axis& x, const Axis& y) {
  std::string data;
  bool pen_down = false;
  for (const Point& point : points) {
    if (std::isfinite(point.y))
      data += concat(pen_down ? "L" : "M", px(x(point.x)), " ", px(y(point.y)));
    pen_down = std::isfinite(point.y);
  }
  return data;
}

std::string axes(const Axis& x, const Axis& y) {
  std::string svg;
  for (const double tick : nice_ticks(y.low, y.high, 5)) {
    svg += line(kLeft, y(tick), kRight, y(tick), "grid");
    svg += text_at(kLeft - 6, y(tick) + 3.5, "end", format_number(tick));
  }
  for (const double tick : nice_ticks(x.low, x.high, 6)) {
    svg += line(x(tick), kBottom, x(tick), kBottom + 4, "tick");
    svg += text_at(x(tick), kBottom + 16, "middle", format_number(tick));
  }
  return svg + line(kLeft, kBottom, kRight, kBottom, "axis");
}

/// What the script needs to show the value under the pointer: [[x px, y px, step, value], ..] per
/// series.
std::string hover_data(const std::vector<Series>& series, const Axis& x, const Axis& y) {
  std::string data = "[";
  for (size_t i = 0; i < series.size(); ++i) {
    data += i == 0 ? "[" : ",[";
    bool first = true;
    for (const Point& point : series[i].points) {
      if (!std::isfinite(point.y)) continue;
      char value[40];
      std::snprintf(value, sizeof(value), "%.5g", point.y);
      data += concat(first ? "" : ",", "[", px(x(point.x)), ",", px(y(point.y)), ",", point.x, ",",
                     value, "]");
      first = false;
    }
    data += "]";
  }
  return data + "]";
}

std::string svg_open(const char* style, double width, double height,
                     const std::string& attributes = {}) {
  return concat("<svg class=\"", style, "\" viewBox=\"0 0 ", width, " ", height, "\" role=\"img\"",
                attributes, ">");
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  const double raw = (high - low) / count;
  if (!(raw > 0) || !std::isfinite(raw)) return {low};
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double unit = raw / power;
  const double step = power * (unit < 1.5 ? 1 : unit < 3.5 ? 2 : unit < 7.5 ? 5 : 10);
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; i < 4 * count; ++i) {
    const double tick = (first + i) * step;
    if (tick > high + 1e-9 * step) break;
    ticks.push_back(std::abs(tick) < 1e-9 * step ? 0.0 : tick);
  }
  return ticks;
}

std::vector<Point> thin(const std::vector<Point>& points, size_t max_points) {
  if (points.size() <= max_points || max_points < 2) return points;
  const size_t buckets = max_points / 2;
  std::vector<Point> kept;
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    const auto begin =
        points.begin() + static_cast<std::ptrdiff_t>(bucket * points.size() / buckets);
    const auto end =
        points.begin() + static_cast<std::ptrdiff_t>((bucket + 1) * points.size() / buckets);
    auto low = end, high = end;
    for (auto point = begin; point != end; ++point) {
      if (!std::isfinite(point->y)) continue;
      if (low == end || point->y < low->y) low = point;
      if (high == end || point->y > high->y) high = point;
    }
    if (low == end) {
      kept.push_back(*begin);
      continue;
    }
    kept.push_back(*std::min(low, high));
    if (low != high) kept.push_back(*std::max(low, high));
  }
  return kept;
}

std::vector<Point> smooth(const std::vector<Point>& points, double decay) {
  std::vector<Point> result;
  double mean = 0.0, weight = 0.0;
  for (const Point& point : points) {
    if (!std::isfinite(point.y)) continue;
    mean = decay * mean + (1 - decay) * point.y;
    weight = decay * weight + (1 - decay);
    result.push_back({point.x, mean / weight});
  }
  return result;
}

std::string line_chart(const std::vector<Series>& series) {
  Range range_x, range_y;
  for (const Series& one : series)
    for (const Point& point : one.points) {
      range_x.add(point.x);
      range_y.add(point.y);
    }
  const auto [low_y, high_y] = padded(range_y.low, range_y.high);
  if (range_x.low >= range_x.high) range_x = {range_x.low - 1, range_x.low + 1};
  if (!std::isfinite(range_x.low)) range_x = {0, 1};
  const Axis x{range_x.low, range_x.high, kLeft, kRight};
  const Axis y{low_y, high_y, kBottom, kTop};

  std::vector<Series> drawn = series;
  for (Series& one : drawn) one.points = thin(one.points, kMaxPoints);
  std::string svg =
      svg_open("chart", kWidth, kHeight, concat(" data-points=\"", hover_data(drawn, x, y), "\""));
  svg += axes(x, y);
  for (size_t i = 0; i < drawn.size(); ++i) {
    const auto& points = drawn[i].points;
    const bool noisy = series[i].points.size() > kSmoothFrom;
    const size_t colour = i % 6;
    svg += concat("<path class=\"s", colour, noisy ? " faint" : "", "\" d=\"",
                  path_data(points, x, y), "\"/>");
    if (noisy)
      svg += concat("<path class=\"s", colour, "\" d=\"",
                    path_data(thin(smooth(series[i].points, 0.9), kMaxPoints), x, y), "\"/>");
    if (points.size() == 1 && std::isfinite(points[0].y))
      svg += concat("<circle class=\"dot s", colour, "\" r=\"3\" cx=\"", px(x(points[0].x)),
                    "\" cy=\"", px(y(points[0].y)), "\"/>");
  }
  return svg + "</svg>";
}

std::vector<double> linear_edges(double low, double high, int count) {
  std::vector<double> edges;
  for (int i = 0; i <= count; ++i) edges.push_back(low + (high - low) * i / count);
  return edges;
}

std::vector<int64_t> histogram_counts(const std::vector<double>& values,
                                      const std::vector<double>& edges) {
  std::vector<int64_t> counts(edges.size() - 1);
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const auto above = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
    const auto last = static_cast<std::ptrdiff_t>(counts.size()) - 1;
    ++counts[static_cast<size_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, last))];
  }
  return counts;
}

std::string stacked_histogram(const std::vector<double>& edges, const std::vector<Layer>& layers) {
  const size_t bins = edges.size() - 1;
  std::vector<int64_t> totals(bins);
  for (const Layer& layer : layers)
    for (size_t i = 0; i < bins; ++i) totals[i] += layer.counts[i];
  const auto highest =
      static_cast<double>(std::max<int64_t>(1, *std::max_element(totals.begin(), totals.end())));
  const Axis x{edges.front(), edges.back(), kLeft, kRight};
  const Axis y{0, highest * 1.05, kBottom, kTop};

  std::string svg = svg_open("histogram", kWidth, kHeight) + axes(x, y);
  for (size_t i = 0; i < bins; ++i) {
    int64_t below = 0;
    for (const Layer& layer : layers) {
      if (layer.counts[i] == 0) continue;
      const double top = y(static_cast<double>(below + layer.counts[i]));
      svg += rectangle(x(edges[i]) + 0.75, top, x(edges[i + 1]) - x(edges[i]) - 1.5,
                       y(static_cast<double>(below)) - top, concat("class=\"", layer.style, "\""),
                       concat(format_number(edges[i]), " to ", format_number(edges[i + 1]), ": ",
                              layer.counts[i], " ", layer.style));
      below += layer.counts[i];
    }
  }
  return svg + "</svg>";
}

std::string reward_colour(double reward, double max_reward) {
  using Colour = std::array<double, 3>;
  constexpr Colour kLow{217, 119, 54}, kMiddle{150, 150, 150}, kHigh{15, 148, 132};
  const double share =
      std::isfinite(reward) && max_reward > 0 ? std::clamp(reward / max_reward, 0.0, 1.0) : 0.0;
  const Colour& from = share < 0.5 ? kLow : kMiddle;
  const Colour& to = share < 0.5 ? kMiddle : kHigh;
  const double part = share < 0.5 ? share * 2 : share * 2 - 1;
  char text[16];
  const auto channel = [&](size_t i) {
    return static_cast<unsigned>(std::lround(from[i] + (to[i] - from[i]) * part)) & 255u;
  };
  std::snprintf(text, sizeof(text), "#%02x%02x%02x", channel(0), channel(1), channel(2));
  return text;
}

std::string timeline(double duration_seconds, const std::vector<double>& frame_seconds,
                     const std::vector<Interval>& truth,
                     const std::vector<PredictedSpan>& predicted, double max_reward) {
  constexpr double kLineLeft = 48, kLineRight = 748, kRow = 12;
  const Axis x{0, duration_seconds > 0 ? duration_seconds : 1.0, kLineLeft, kLineRight};
  const double truth_top = 8, rows_top = truth_top + 20,
               bottom = rows_top + kRow * static_cast<double>(predicted.size()) + 4;
  const auto bar = [&](const Interval& span, double top, double height,
                       const std::string& attributes, const std::string& title) {
    const double from = x(std::clamp(span.start_seconds, 0.0, x.high)),
                 to = x(std::clamp(span.end_seconds, 0.0, x.high));
    return rectangle(std::min(from, to), top, std::max(std::abs(to - from), 2.0), height,
                     attributes + " rx=\"2\"", title);
  };
  const auto span_text = [](const Interval& span) {
    return concat(format_number(span.start_seconds), " – ", format_number(span.end_seconds), " s");
  };

  std::string svg = svg_open("timeline", 760, bottom + 24);
  for (const Interval& span : truth)
    svg += bar(span, truth_top - 4, bottom - truth_top + 4, "class=\"band\"",
               "truth " + span_text(span));
  for (const double seconds : frame_seconds)
    if (std::isfinite(seconds)) svg += line(x(seconds), bottom, x(seconds), bottom + 4, "frame");
  svg += text_at(kLineLeft - 8, truth_top + 9, "end", "truth");
  for (const Interval& span : truth)
    svg += bar(span, truth_top, 12, "class=\"truth\"", "truth " + span_text(span));
  for (size_t i = 0; i < predicted.size(); ++i) {
    const PredictedSpan& one = predicted[i];
    const double top = rows_top + kRow * static_cast<double>(i);
    svg += text_at(kLineLeft - 8, top + 8.5, "end", one.label);
    svg += line(kLineLeft, top + kRow / 2 - 0.5, kLineRight, top + kRow / 2 - 0.5, "grid");
    svg +=
        bar(one.span, top + 1, kRow - 3, "fill=\"" + reward_colour(one.reward, max_reward) + "\"",
            concat(one.label, ": ", span_text(one.span), ", reward ", format_number(one.reward)));
  }
  svg += line(kLineLeft, bottom, kLineRight, bottom, "axis");
  for (const double tick : nice_ticks(0, x.high, 8))
    svg += text_at(x(tick), bottom + 17, "middle", format_number(tick) + " s");
  return svg + "</svg>";
}

}  // namespace vrlt::page
