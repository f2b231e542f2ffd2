#include "vrlt/check/matching.h"

#include <algorithm>
#include <map>

#include "check/label_rules.h"
#include "check/mismatches.h"
#include "check/prompt_rules.h"
#include "check/reward_rules.h"
#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/core/logging.h"

namespace vrlt::check {
namespace {

bool ends_the_run(const Mismatch& mismatch, size_t num_samples) {
  return mismatch.stops || mismatch.samples.size() == num_samples;
}

}  // namespace

std::vector<Mismatch> match(const Samples& samples, const Purpose& purpose) {
  Mismatches found;
  match_prompts(samples, purpose, found);
  if (!purpose.rewards.empty()) match_rewards(samples, purpose, found);
  match_labels(samples, purpose, found);
  return found.take();
}

std::string to_text(const Mismatch& mismatch, size_t num_samples) {
  constexpr size_t kIdsTold = 3;
  std::string text = mismatch.text;
  if (!mismatch.samples.empty() && mismatch.samples.size() < num_samples) {
    text += concat(" (", mismatch.samples.size(), " of ", num_samples, " samples: ");
    for (size_t i = 0; i < std::min(kIdsTold, mismatch.samples.size()); ++i)
      text += concat(i == 0 ? "" : ", ", mismatch.samples[i]->id);
    text += mismatch.samples.size() > kIdsTold ? ", ..)" : ")";
  }
  return mismatch.remedy.empty()
             ? text
             : concat(text, mismatch.text.find(": ") == std::string::npos ? ": " : "; ",
                      mismatch.remedy);
}

void tell(const std::vector<Mismatch>& mismatches, size_t num_samples, bool warn) {
  std::vector<std::string> of_config, of_data;
  for (const auto& mismatch : mismatches) {
    const auto text = to_text(mismatch, num_samples);
    if (ends_the_run(mismatch, num_samples))
      (mismatch.of_config ? of_config : of_data).push_back(text);
    else if (warn)
      log::warning(text);
  }
  of_config.insert(of_config.end(), of_config.empty() ? of_data.end() : of_data.begin(),
                   of_data.end());
  if (!of_config.empty()) throw ConfigError(joined(of_config, "\n"));
  if (!of_data.empty()) throw DataError(joined(of_data, "\n"));
}

void add_findings(const std::vector<Mismatch>& mismatches, size_t num_samples, bool of_a_run,
                  std::vector<Finding>& findings) {
  for (const auto& mismatch : mismatches) {
    if (mismatch.of_config && !of_a_run) continue;
    const auto severity = mismatch.stops || (of_a_run && ends_the_run(mismatch, num_samples))
                              ? Severity::kError
                              : Severity::kWarning;
    const auto text =
        mismatch.remedy.empty() ? mismatch.text : concat(mismatch.text, "; ", mismatch.remedy);
    if (mismatch.samples.empty())
      findings.push_back({severity, mismatch.kind, "all records", text});
    for (const auto* sample : mismatch.samples)
      findings.push_back({severity, mismatch.kind, sample->id, text});
  }
}

}  // namespace vrlt::check
