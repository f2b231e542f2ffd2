#include "vrlt/data/dataset.h"

#include <map>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::data {
namespace {

std::string joined(const std::vector<std::filesystem::path>& files) {
  std::string text;
  for (const auto& file : files) text += (text.empty() ? "" : ", ") + file.string();
  return text;
}

}  // namespace

std::vector<Sample> load_samples(const std::vector<std::filesystem::path>& files) {
  std::vector<Sample> samples;
  std::map<std::string, std::string> place_of;
  for (const auto& file : files) {
    io::for_each_jsonl(file, /*tolerate_torn_tail=*/false, [&](int64_t line, io::Json record) {
      const auto place = concat(file.string(), ":", line);
      samples.push_back(parse_sample(record, place));
      const auto [first, inserted] = place_of.emplace(samples.back().id, place);
      if (!inserted) throw DataError(concat(place, ": id ", io::excerpt(samples.back().id), " was used before at ", first->second));
    });
  }
  if (samples.empty()) throw DataError(concat("no samples in ", joined(files), ": nothing to work on"));
  return samples;
}

SampleOrder::SampleOrder(int64_t num_samples, uint64_t seed, bool shuffle) : num_samples_(num_samples), seed_(seed), shuffle_(shuffle) {}

int64_t SampleOrder::at(int64_t position) const {
  VRLT_CHECK(num_samples_ > 0, "an order of no samples");
  if (!shuffle_) return position % num_samples_;
  const int64_t epoch = position / num_samples_;
  if (epoch != cached_epoch_) {
    cached_order_ = random_permutation(num_samples_, seed_, static_cast<uint64_t>(epoch));
    cached_epoch_ = epoch;
  }
  return cached_order_[static_cast<size_t>(position % num_samples_)];
}

std::filesystem::path resolve_media(const std::filesystem::path& root, const std::string& media) {
  const std::filesystem::path relative(media);
  bool escapes = relative.is_absolute() || media.find('\0') != std::string::npos;
  for (const auto& part : relative) escapes = escapes || part == "..";
  if (escapes) throw DataError(concat(io::excerpt(media), " must be a path below the data root, without \"..\""));
  return root / relative;
}

}  // namespace vrlt::data
