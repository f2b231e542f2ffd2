#pragma once

#include "vrlt/reading/reading.h"

/// What a reading earns. Rewards and strict scores both take their credit from here, so that one is
/// paid exactly when the other is.
namespace vrlt::reading {

/// A value in [0, 1] and why it is not more: the reason of the reading, or one of the kind wrong
/// where it earns nothing.
struct Credit {
  double value = 0.0;
  Reason reason = Reason::kOk;
};

/// 1 for the right option, or one whose text is equal to its text word for word.
Credit option_credit(const Read<int64_t>& option, int64_t truth,
                     const std::vector<std::string>& options);

/// IoU with one true span, the IoU of sets with several. Nothing for an inverted span among them,
/// nor where all are empty. One true span asks for one: more are kAmbiguous.
Credit span_credit(const Read<Spans>& spans, const Spans& truth);

/// Why spans that were read are worth nothing by themselves: kInverted, kZeroLength; else kOk.
Reason span_problem(const Spans& spans);

/// The truth of a yes/no question: true for "yes", in any case and with marks.
std::optional<bool> yes_no_truth(const std::string& text);

Credit yes_no_credit(const Read<bool>& yes, bool truth);

}  // namespace vrlt::reading
