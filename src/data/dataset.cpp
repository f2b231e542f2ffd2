#include "vrlt/data/dataset.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>

#include "data/media_path.h"
#include "data/tally.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/core/shared_warning.h"
#include "vrlt/data/record_fields.h"
#include "vrlt/data/record_file.h"

namespace vrlt::data {
namespace {

/// Names of fields that nothing reads: what is meant by each, and where it stands.
class UnknownFields {
 public:
  void look_at(const io::Json& record, const std::string& place) {
    // at records with the name: what is meant is much the same in all
    constexpr int64_t kLooks = 3;
    for (const auto& [name, value] : record.items()) {
      if (is_record_field(name)) continue;
      auto& unknown = by_name_[name];
      if (unknown.meant.empty() && unknown.tally.count() < kLooks)
        unknown.meant = meant_field(name, record);
      unknown.tally.add(place);
    }
  }
  void tell() const {
    for (const auto& [name, unknown] : by_name_)
      if (!unknown.meant.empty())
        log::shared_warning(concat(io::excerpt(name), ": unknown key, which nothing reads, in ",
                                   unknown.tally.count(), " records; did you mean \"",
                                   unknown.meant, "\"? ", unknown.tally.names()));
  }

 private:
  struct Unknown {
    std::string meant;
    Tally tally;
  };
  std::map<std::string, Unknown> by_name_;
};

struct Place {
  const std::filesystem::path* file;
  int64_t line;
};

std::string to_string(const Place& place) { return concat(place.file->string(), ":", place.line); }

/// By order of the ids: a table of them all would take more memory than the rest of loading.
void refuse_repeated_ids(const std::vector<Sample>& samples, const std::vector<Place>& places) {
  std::vector<size_t> order(samples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return samples[a].id < samples[b].id; });
  auto second = samples.size(), first = second;
  for (size_t i = 1; i < order.size(); ++i)
    if (order[i] < second && samples[order[i]].id == samples[order[i - 1]].id)
      second = order[i], first = order[i - 1];
  if (second == samples.size()) return;
  throw DataError(concat(to_string(places[second]), ": id ", io::excerpt(samples[second].id),
                         " was used before at ", to_string(places[first])));
}

}  // namespace

std::vector<Sample> load_samples(const std::vector<std::filesystem::path>& files) {
  std::vector<Sample> samples;
  std::vector<Place> places;
  UnknownFields unknown;
  for (const auto& file : files) {
    // opened at the first line: what is no file of records is told by the reader
    std::shared_ptr<const RecordSource> source;
    for_each_record_line(file, [&](const RecordLine& line) {
      if (!source) source = open_record_source(file);
      const auto record = io::parse_json(line.text, line.place);
      samples.push_back(
          parse_sample(record, line.place, Record::in_file(source, line.offset, line.text)));
      unknown.look_at(record, line.place);
      places.push_back({&file, line.number});
    });
  }
  if (samples.empty())
    throw DataError(concat("no samples in ", joined(files), ": nothing to work on"));
  refuse_repeated_ids(samples, places);
  unknown.tell();
  return samples;
}

SampleOrder::SampleOrder(int64_t num_samples, uint64_t seed, bool shuffle)
    : num_samples_(num_samples), seed_(seed), shuffle_(shuffle) {}

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
  if (!is_below_root(media))
    throw DataError(
        concat(io::excerpt(media), " must be a path below the data root, without \"..\""));
  return root / media;
}

bool is_below_root(const std::string& media) {
  const std::filesystem::path path(media);
  return path.is_relative() && media.find('\0') == std::string::npos &&
         media.find("://") == std::string::npos &&
         std::find(path.begin(), path.end(), "..") == path.end();
}

}  // namespace vrlt::data
