#include "video/time_cadence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vrlt::video {
namespace {

/// Frames are coded in another order than they are shown in, by at most about 16 (H.264 and H.265);
/// by less than 12 steps in any real stream.
constexpr double kReorderSteps = 12.0, kNearSteps = 8.0;
constexpr size_t kNeighbours = 16, kEnoughNeighbours = 8;
constexpr double kLargestGapSeconds = 10.0;
/// Above this no difference of times can overflow.
constexpr int64_t kMaxTime = std::numeric_limits<int64_t>::max() / 4;

struct Run {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};

/// The middle one of the steps between times in the order they are shown in; 0 if there are none.
double middle_step(std::vector<int64_t> times) {
  std::sort(times.begin(), times.end());
  std::vector<int64_t> steps;
  for (size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  if (steps.empty()) return 0.0;
  const auto middle = steps.begin() + std::ssize(steps) / 2;
  std::nth_element(steps.begin(), middle, steps.end());
  return static_cast<double>(*middle);
}

/// Parts of the stream between which times jump by more than the order of coding can.
std::vector<Run> runs_of(const std::vector<int64_t>& times, double largest_jump) {
  std::vector<Run> runs{{0, 1}};
  for (size_t i = 1; i < times.size(); ++i) {
    if (std::abs(static_cast<double>(times[i]) - static_cast<double>(times[i - 1])) > largest_jump)
      runs.push_back({i, i + 1});
    else
      runs.back().end = i + 1;
  }
  return runs;
}

int64_t highest(const std::vector<int64_t>& times, size_t begin, size_t end) {
  return *std::max_element(times.begin() + static_cast<ptrdiff_t>(begin),
                           times.begin() + static_cast<ptrdiff_t>(end));
}
int64_t lowest(const std::vector<int64_t>& times, size_t begin, size_t end) {
  return *std::min_element(times.begin() + static_cast<ptrdiff_t>(begin),
                           times.begin() + static_cast<ptrdiff_t>(end));
}

/// The latest of the frames just before a place, the earliest of those just behind it.
int64_t latest_before(const std::vector<int64_t>& times, const Run& run) {
  return highest(times, run.end - std::min(run.size(), kNeighbours), run.end);
}
int64_t earliest_behind(const std::vector<int64_t>& times, const Run& run) {
  return lowest(times, run.begin, run.begin + std::min(run.size(), kNeighbours));
}

/// Nothing that is decoded soon after the run is shown later than it: so it is not that frames
/// before a gap are decoded behind the one after it.
bool stands_out_above(const std::vector<int64_t>& times, const Run& run) {
  const size_t soon = std::min(times.size(), run.end + kNeighbours);
  return soon - run.end >= kEnoughNeighbours &&
         highest(times, run.end, soon) < lowest(times, run.begin, run.end);
}
/// Nothing that was decoded shortly before the run is shown earlier.
bool stands_out_below(const std::vector<int64_t>& times, const Run& run) {
  const size_t shortly = run.begin - std::min(run.begin, kNeighbours);
  return shortly < run.begin &&
         lowest(times, shortly, run.begin) > highest(times, run.begin, run.end);
}

/// Whether a run in the middle is elsewhere than between its neighbours, and these follow each
/// other with about its own frames between them.
bool leaves_cadence(const std::vector<int64_t>& times, const Run& before, const Run& run,
                    const Run& behind, double step) {
  const auto room = static_cast<double>(earliest_behind(times, behind)) -
                    static_cast<double>(latest_before(times, before));
  const double needed = step * static_cast<double>(run.size() + 1);
  if (room < -kReorderSteps * step || room > needed + kReorderSteps * step) return false;
  return stands_out_above(times, run) || stands_out_below(times, run);
}

class Mender {
 public:
  Mender(std::vector<int64_t>& times, double step) : times_(times), step_(step) {}

  /// So that the earliest frame of the run is shown at `start`.
  void move(const Run& run, int64_t start) {
    const int64_t shift = start - lowest(times_, run.begin, run.end);
    for (size_t i = run.begin; i < run.end; ++i) {
      times_[i] += shift;
      moved_.push_back(i);
    }
  }

  /// Into the nearest gap between the times around it, or behind them if there is none near. Frames
  /// that follow in decoding order may be shown before; where the times that are looked at end
  /// there are gaps too, but further away.
  /// @param behind  null: the run is the last.
  void move_between(const Run& before, const Run& run, const Run* behind) {
    std::vector<int64_t> around(
        times_.begin() + static_cast<ptrdiff_t>(before.end - std::min(before.size(), kNeighbours)),
        times_.begin() + static_cast<ptrdiff_t>(before.end));
    const int64_t left = latest_before(times_, before),
                  right = behind != nullptr ? earliest_behind(times_, *behind) : left;
    if (behind != nullptr)
      around.insert(around.end(), times_.begin() + static_cast<ptrdiff_t>(behind->begin),
                    times_.begin() + static_cast<ptrdiff_t>(behind->begin +
                                                            std::min(behind->size(), kNeighbours)));
    std::sort(around.begin(), around.end());
    const int64_t place = left + (right - left) / 2;
    int64_t nearest = static_cast<int64_t>(kNearSteps * step_), start = around.back() + step();
    for (size_t i = 1; i < around.size(); ++i) {
      const int64_t gap = around[i] - around[i - 1],
                    distance = std::abs(around[i - 1] + gap / 2 - place);
      if (2 * gap < 3 * step() || distance >= nearest) continue;
      nearest = distance;
      start = around[i - 1] + std::max<int64_t>(1, gap / static_cast<int64_t>(run.size() + 1));
    }
    move(run, start);
  }

  int64_t step() const { return std::max<int64_t>(1, static_cast<int64_t>(std::llround(step_))); }
  std::vector<size_t> moved() const {
    auto sorted = moved_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

 private:
  std::vector<int64_t>& times_;
  double step_;
  std::vector<size_t> moved_;
};

}  // namespace

std::vector<size_t> mend_times(std::vector<int64_t>& times, bool gaps_are_damage,
                               double units_per_second) {
  if (times.size() < 3) return {};
  if (std::any_of(times.begin(), times.end(),
                  [](int64_t time) { return time > kMaxTime || time < -kMaxTime; }))
    return {};
  const double step = middle_step(times);
  if (step <= 0) return {};
  const auto runs = runs_of(times, kReorderSteps * step);
  Mender mender(times, step);
  // Of three runs the middle one may be damage. One that was moved has become part of the one
  // before it.
  for (size_t i = 1; i + 1 < runs.size(); ++i) {
    if (!leaves_cadence(times, runs[i - 1], runs[i], runs[i + 1], step)) continue;
    mender.move_between(runs[i - 1], runs[i], &runs[i + 1]);
    ++i;
  }
  if (runs.size() < 2) return mender.moved();
  const Run &first = runs.front(), &second = runs[1], &last = runs.back(),
            &before_last = runs[runs.size() - 2];
  const double limit = kLargestGapSeconds * units_per_second;
  if (first.size() == 1) {
    const int64_t behind = earliest_behind(times, second);
    const auto jump = static_cast<double>(behind) - static_cast<double>(times[first.begin]);
    if (stands_out_above(times, first) || (gaps_are_damage && jump > limit))
      mender.move(first, behind - mender.step());
  }
  if (last.size() == 1) {
    const auto jump = static_cast<double>(times[last.begin]) -
                      static_cast<double>(latest_before(times, before_last));
    if (stands_out_below(times, last) || (gaps_are_damage && jump > limit))
      mender.move_between(before_last, last, nullptr);
  }
  return mender.moved();
}

}  // namespace vrlt::video
