#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::page {

struct Point {
  double x = 0.0;
  double y = 0.0;  ///< Not finite: a gap.
  bool operator==(const Point&) const = default;
};

struct Series {
  std::string name;
  std::vector<Point> points;  ///< Ascending in x.
};

/// Maps [low, high] to pixels.
struct Axis {
  double low = 0.0, high = 1.0;
  double pixel_low = 0.0, pixel_high = 1.0;
  double operator()(double value) const {
    return pixel_low + (value - low) / (high - low) * (pixel_high - pixel_low);
  }
};

/// Multiples of 1, 2 or 5 times a power of ten inside [low, high]; about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

/// At most about `max_points`: of each bucket the smallest and the largest, so that peaks stay.
std::vector<Point> thin(const std::vector<Point>& points, size_t max_points);

/// Exponential moving average of the finite values, with the bias of its start removed.
std::vector<Point> smooth(const std::vector<Point>& points, double decay);

/// A line chart as SVG; more than 30 points are drawn faintly, with their moving average on top.
/// Hovering is done by the page's script.
std::string line_chart(const std::vector<Series>& series);

/// Counts per bin of [edges[i], edges[i+1]); the last bin includes its end. Values outside go to
/// the first or last bin.
std::vector<int64_t> histogram_counts(const std::vector<double>& values,
                                      const std::vector<double>& edges);

/// `count + 1` edges over [low, high].
std::vector<double> linear_edges(double low, double high, int count);

struct Layer {
  std::string style;  ///< CSS class of its bars.
  std::vector<int64_t> counts;
};

/// Bars with the layers stacked in the given order.
std::string stacked_histogram(const std::vector<double>& edges, const std::vector<Layer>& layers);

struct PredictedSpan {
  Interval span;
  double reward = 0.0;
  std::string label;
};

/// Frame times, true spans and one row per predicted span, coloured by `reward_colour`.
std::string timeline(double duration_seconds, const std::vector<double>& frame_seconds,
                     const std::vector<Interval>& truth,
                     const std::vector<PredictedSpan>& predicted, double max_reward);

/// From orange (0) over grey to teal (`max_reward`), as #rrggbb.
std::string reward_colour(double reward, double max_reward);

}  // namespace vrlt::page
