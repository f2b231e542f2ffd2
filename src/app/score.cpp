#include "vrlt/app/score.h"

#include <cstdio>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::app {

int run_score(const std::filesystem::path& completions, const std::vector<std::filesystem::path>& records,
              const std::vector<rewards::RewardTerm>& terms) {
  const rewards::RewardFunction reward(terms);
  std::map<std::string, data::Sample> samples;
  if (!records.empty())
    for (auto& sample : data::load_samples(records)) samples.emplace(sample.id, sample);
  metrics::MetricSet summary;
  int64_t num_completions = 0;
  io::for_each_jsonl(completions, /*tolerate_torn_tail=*/false, [&](int64_t line_number, io::Json line) {
    const auto place = concat(completions.string(), ":", line_number);
    if (!line.is_object() || !line.contains("completion") || !line["completion"].is_string())
      throw DataError(place + ": expected an object with a text \"completion\"");
    const auto text = line["completion"].get<std::string>();
    data::Sample sample;
    if (samples.empty()) {
      sample = data::parse_sample(line, place);
    } else {
      if (!line.contains("id") || !line["id"].is_string()) throw DataError(place + ": expected a text \"id\", to find the record");
      const auto found = samples.find(line["id"].get<std::string>());
      if (found == samples.end()) throw DataError(concat(place, ": id ", io::to_line(line["id"]), " is not in the records"));
      sample = found->second;
    }
    const auto scored = reward({sample, text, 0, false});
    io::Json out = {{"id", sample.id}, {"total", scored.total}, {"scorable", scored.scorable}, {"components", io::Json::object()}};
    for (size_t k = 0; k < terms.size(); ++k) {
      const auto& component = scored.components[k];
      if (!component.applicable) continue;
      out["components"][terms[k].name] = {{"value", component.value}, {"reason", component.reason}};
      summary.mean(terms[k].name, component.value);
    }
    summary.mean("total", scored.total);
    ++num_completions;
    std::printf("%s\n", io::to_line(out).c_str());
  });
  if (num_completions == 0) throw DataError(completions.string() + ": no completions");
  for (const auto& [name, value] : summary.values()) std::fprintf(stderr, "%-18s %.6f\n", name.c_str(), value);
  return 0;
}

}  // namespace vrlt::app
