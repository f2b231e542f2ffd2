#include "data/converters/grounding_rows.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// Whether a number survives half precision: at most 11 significant bits. Times of annotations are
/// far from its smallest and largest numbers.
bool is_half_precision(double value) {
  int exponent = 0;
  const double bits = std::ldexp(std::frexp(value, &exponent), 11);
  return bits == std::trunc(bits);
}

void convert_rows(const ConversionRequest& request, const char* bench, const char* source,
                  Conversion& conversion) {
  std::map<std::string, int64_t> queries_of_video;
  bool all_half = true;
  for_each_item(request.annotations, "rows of video, caption and timestamp as JSON Lines",
                conversion, [&](const AnnotationFields& fields) {
                  const auto file = fields.text("video");
                  const auto stem = std::filesystem::path(file).stem().string();
                  const auto span = fields.span("timestamp");
                  auto record =
                      make_record({.bench = bench,
                                   .split = request.split,
                                   .native_id = concat(stem, "#", queries_of_video[stem]++),
                                   .task = "tvg",
                                   .video = in_folder(request.video_folder, file),
                                   .question = fields.text("caption"),
                                   .source = source});
                  add_segments(record, {span}, fields.place(), conversion.odd);
                  record["native"] = {{"video", file}, {"timestamp_text", python_list(span)}};
                  all_half = all_half && is_half_precision(span.start_seconds) &&
                             is_half_precision(span.end_seconds);
                  conversion.add(std::move(record), fields.place());
                });
  if (all_half)
    for (auto& record : conversion.records()) add_flag(record, "gt_f16");
}

}  // namespace

void convert_charades_sta_rows(const ConversionRequest& request, Conversion& conversion) {
  convert_rows(request, "charades_sta", "charades", conversion);
}
void convert_anet_tvg_rows(const ConversionRequest& request, Conversion& conversion) {
  convert_rows(request, "anet_tvg", "activitynet", conversion);
}

}  // namespace vrlt::data
