#include "evaluation/blind.h"

#include <algorithm>
#include <map>

#include "evaluation/compat/overlaps.h"
#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

using Samples = std::vector<const data::Sample*>;

bool asks_span(data::Task task) {
  return task == data::Task::kTemporalGrounding || task == data::Task::kReasoningLocalization ||
         task == data::Task::kGroundedQa;
}

/// The span from one fraction of the video to another, on every sample.
io::Json constant_span(const Samples& samples, double from, double to) {
  std::map<std::string, double> sums;
  for (const auto* sample : samples) {
    const Interval span{from * *sample->duration, to * *sample->duration};
    double iou = 0.0;
    for (const auto& truth : sample->segments)
      iou = std::max(iou, compat::hull_iou(span, truth).value_or(0.0));
    sums["mIoU"] += iou;
    for (const auto& [name, threshold] :
         {std::pair("R1@0.3", 0.3), std::pair("R1@0.5", 0.5), std::pair("R1@0.7", 0.7)})
      sums[name] += iou >= threshold ? 1.0 : 0.0;
    if (sample->task != data::Task::kGroundedQa) continue;
    const double iop = compat::nextgqa_overlap(span, sample->segments).iop;
    sums["mIoP"] += iop;
    sums["IoP@0.3"] += iop >= 0.3 ? 1.0 : 0.0;
    sums["IoP@0.5"] += iop >= 0.5 ? 1.0 : 0.0;
  }
  io::Json json = io::Json::object();
  for (const auto& [name, sum] : sums) json[name] = sum / static_cast<double>(samples.size());
  return json;
}

/// The label that is right most often, as it is shown.
std::string label_of(const data::Sample& sample) {
  if (sample.answer_option) return concat(static_cast<char>('A' + *sample.answer_option));
  return sample.task == data::Task::kYesNo && sample.answer_text ? *sample.answer_text : "";
}

}  // namespace

io::Json blind_baselines(const Samples& samples) {
  io::Json json = io::Json::object();
  if (samples.empty()) return json;
  const bool spans = std::all_of(samples.begin(), samples.end(), [](const auto* sample) {
    return asks_span(sample->task) && sample->duration && !sample->segments.empty();
  });
  if (spans) {
    json["whole_video"] = constant_span(samples, 0.0, 1.0);
    json["middle_half"] = constant_span(samples, 0.25, 0.75);
  }
  std::map<std::string, int64_t> labels;
  for (const auto* sample : samples)
    if (const auto label = label_of(*sample); !label.empty()) ++labels[label];
  const auto most =
      std::max_element(labels.begin(), labels.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != labels.end())
    json["always_" + most->first] = {
        {"accuracy", static_cast<double>(most->second) / static_cast<double>(samples.size())}};
  return json;
}

}  // namespace vrlt::evaluation
