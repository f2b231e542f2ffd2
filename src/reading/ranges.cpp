#include "reading/ranges.h"

#include <algorithm>

#include "reading/joints.h"

namespace vrlt::reading {
namespace {

/// Times joined one after another.
struct Run {
  std::vector<size_t> times;  ///< Indices of tokens.
  std::vector<Joint> joints;  ///< Between them.
};

Unit lent_unit(const Time& end) {
  return end.unit == Unit::kMinutes || end.unit == Unit::kHours || end.unit == Unit::kBad
             ? end.unit
             : Unit::kPlain;
}

/// Whether a plain end behind it could be meant in its unit or in seconds.
bool leaves_end_open(Unit start) {
  return start == Unit::kMinutes || start == Unit::kHours || start == Unit::kBad ||
         start == Unit::kSum;
}

Finding piece_of(const std::vector<Token>& tokens, const std::vector<size_t>& times) {
  if (times.size() == 2) return range_of(tokens[times[0]].time, tokens[times[1]].time);
  return {.begin = tokens[times.front()].begin,
          .end = tokens[times.back()].end,
          .span = {},
          .reason = Reason::kChain};
}

/// The pieces of a run, cut at each "and", or into pairs where all times stand in angle brackets.
std::vector<Finding> findings_of(const Run& run, const std::vector<Token>& tokens) {
  if (run.times.size() == 2) return {piece_of(tokens, run.times)};
  const bool pairs = std::all_of(run.joints.begin(), run.joints.end(),
                                 [](Joint joint) { return joint == Joint::kAngle; });
  std::vector<std::vector<size_t>> pieces = {{run.times.front()}};
  for (size_t i = 0; i < run.joints.size(); ++i) {
    if (pairs ? pieces.back().size() == 2 : run.joints[i] == Joint::kAnd) pieces.emplace_back();
    pieces.back().push_back(run.times[i + 1]);
  }
  std::vector<Finding> findings;
  for (const auto& piece : pieces) findings.push_back(piece_of(tokens, piece));
  const bool chain = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.reason == Reason::kChain;
  });
  if (!chain) return findings;
  return {{.begin = tokens[run.times.front()].begin,
           .end = tokens[run.times.back()].end,
           .span = {},
           .reason = Reason::kChain}};
}

std::vector<Run> runs_of(const std::vector<Token>& tokens) {
  std::vector<Run> runs;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::kTime) continue;
    if (!runs.empty())
      if (const auto joint = joint_between(tokens, runs.back().times.back(), i)) {
        runs.back().joints.push_back(*joint);
        runs.back().times.push_back(i);
        continue;
      }
    runs.push_back({.times = {i}, .joints = {}});
  }
  return runs;
}

bool has_digit(View text, size_t begin, size_t end) {
  return std::any_of(text.begin() + begin, text.begin() + end, is_digit);
}

/// Two neighbours in no run are a range if words say that something begins at the first and ends at
/// the second.
bool are_start_and_end(View text, const std::vector<Token>& tokens, size_t first, size_t second) {
  constexpr size_t kFarthestBegin = 40, kFarthestEnd = 60;
  const auto &a = tokens[first], &b = tokens[second];
  if (a.time.bad != Reason::kOk || b.time.bad != Reason::kOk || b.begin - a.end > kFarthestEnd ||
      has_digit(text, a.end, b.begin))
    return false;
  bool begins = false, ends = false;
  for (size_t i = first; i-- > 0 && a.begin - tokens[i].end <= kFarthestBegin && !begins;) {
    if (has_digit(text, tokens[i].begin, tokens[i].end)) break;
    begins = tokens[i].kind == TokenKind::kBegin;
    if (begins && has_digit(text, tokens[i].end, a.begin)) return false;
  }
  for (size_t i = first + 1; i < second; ++i) ends = ends || tokens[i].kind == TokenKind::kEnd;
  return begins && ends;
}

}  // namespace

Finding range_of(const Time& start, const Time& end) {
  Finding finding{.begin = start.begin, .end = end.end, .span = {start.seconds, end.seconds}};
  const Unit lent = start.unit == Unit::kPlain ? lent_unit(end) : Unit::kPlain;
  if (lent == Unit::kMinutes || lent == Unit::kHours)
    finding.span.start_seconds *= lent == Unit::kHours ? 3600.0 : 60.0;
  const bool bad_unit = start.unit == Unit::kBad || end.unit == Unit::kBad ||
                        (leaves_end_open(start.unit) && end.unit == Unit::kPlain);
  for (const auto& [holds, reason] :
       {std::pair(start.bad != Reason::kOk, start.bad), std::pair(end.bad != Reason::kOk, end.bad),
        std::pair(bad_unit, Reason::kBadUnit),
        std::pair(start.negative || end.negative, Reason::kNegative),
        std::pair(start.too_large || end.too_large, Reason::kNumberTooLarge)})
    if (holds) {
      finding.reason = reason;
      break;
    }
  return finding;
}

std::vector<Finding> find_ranges(View text, const std::vector<Token>& tokens) {
  const auto runs = runs_of(tokens);
  std::vector<Finding> findings;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].times.size() > 1) {
      for (auto& finding : findings_of(runs[i], tokens)) findings.push_back(finding);
    } else if (i + 1 < runs.size() && runs[i + 1].times.size() == 1) {
      const size_t first = runs[i].times[0], second = runs[i + 1].times[0];
      if (!are_start_and_end(text, tokens, first, second)) continue;
      findings.push_back(range_of(tokens[first].time, tokens[second].time));
      ++i;
    }
  }
  return findings;
}

}  // namespace vrlt::reading
