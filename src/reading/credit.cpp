#include "vrlt/reading/credit.h"

#include <algorithm>

#include "reading/folding.h"
#include "reading/options.h"

namespace vrlt::reading {
namespace {

Credit right_or_wrong(bool right) {
  return {right ? 1.0 : 0.0, right ? Reason::kOk : Reason::kWrong};
}

}  // namespace

Credit option_credit(const Read<int64_t>& option, int64_t truth,
                     const std::vector<std::string>& options) {
  if (!option) return {0.0, option.reason};
  if (*option == truth) return right_or_wrong(true);
  const auto text = [&](int64_t index) { return options[static_cast<size_t>(index)]; };
  const auto count = static_cast<int64_t>(options.size());
  return right_or_wrong(truth >= 0 && truth < count && *option < count &&
                        are_equal_options(text(*option), text(truth)));
}

Reason span_problem(const Spans& spans) {
  if (std::any_of(spans.begin(), spans.end(),
                  [](const Interval& span) { return span.length() < 0; }))
    return Reason::kInverted;
  const bool empty = std::all_of(spans.begin(), spans.end(),
                                 [](const Interval& span) { return span.length() == 0; });
  return empty ? Reason::kZeroLength : Reason::kOk;
}

Credit span_credit(const Read<Spans>& spans, const Spans& truth) {
  if (!spans) return {0.0, spans.reason};
  if (truth.size() == 1 && (*spans).size() > 1) return {0.0, Reason::kAmbiguous};
  if (const auto problem = span_problem(*spans); problem != Reason::kOk) return {0.0, problem};
  const double value = truth.size() == 1 ? temporal_iou((*spans).front(), truth.front())
                                         : temporal_set_iou(*spans, truth);
  return {value, value > 0.0 ? Reason::kOk : Reason::kWrong};
}

std::optional<bool> yes_no_truth(const std::string& text) {
  const auto word = plain(fold(text));
  if (word != U"yes" && word != U"no") return {};
  return word == U"yes";
}

Credit yes_no_credit(const Read<bool>& yes, bool truth) {
  if (!yes) return {0.0, yes.reason};
  return right_or_wrong(*yes == truth);
}

}  // namespace vrlt::reading
