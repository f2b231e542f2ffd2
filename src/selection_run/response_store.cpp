#include "vrlt/selection_run/response_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "selection_run/store_lines.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_json.h"

namespace vrlt::selection_run {
namespace fs = std::filesystem;

ResponseStore::ResponseStore(fs::path path, std::vector<const data::Sample*> samples, int64_t batch,
                             std::string error_key, distributed::ProcessGroup& group,
                             Summary summary)
    : path_(std::move(path)),
      samples_(std::move(samples)),
      batch_(static_cast<size_t>(batch)),
      error_key_(std::move(error_key)),
      group_(group),
      summary_(std::move(summary)) {
  rounds_.emplace_back();
  for (size_t i = 0; i < samples_.size(); ++i) {
    index_of_[samples_[i]->id] = i;
    rounds_.front().samples.push_back(i);
  }
  if (group_.is_first()) {
    read_rounds();
    read();
    if (asked_all() && io::exists(path_) && cut_file(path_, whole_bytes_))
      log::warning(concat(path_.string(), ": what stood behind its last whole line is cut off"));
  }
  if (group_.world_size() > 1) share();
  for (size_t r = 0; r < rounds_.size(); ++r)
    for (size_t i = 0; i < rounds_[r].lines.size(); ++i)
      if (rounds_[r].lines[i].failed) retries_.push_back({r, i});
}

bool ResponseStore::failed(const io::Json& line) const {
  const auto error = line.find(error_key_);
  return error != line.end() && !error->is_null();
}

size_t ResponseStore::asking() const {
  size_t round = 0;
  while (round < rounds_.size() && rounds_[round].lines.size() == rounds_[round].samples.size())
    ++round;
  return round;
}

size_t ResponseStore::find(const std::string& name) const {
  size_t round = 0;
  while (round < rounds_.size() && rounds_[round].name != name) ++round;
  return round;
}

std::vector<size_t> ResponseStore::retries_of(size_t round) const {
  std::vector<size_t> samples;
  for (const auto& retry : retries_)
    if (retry.round == round) samples.push_back(rounds_[round].samples[retry.place]);
  return samples;
}

/// Of a sample in a round; as many as the round has if it is not in there.
size_t ResponseStore::place_of(size_t round, size_t sample) const {
  if (round == 0) return sample;
  const auto place = rounds_[round].places.find(sample);
  return place == rounds_[round].places.end() ? rounds_[round].samples.size() : place->second;
}

void ResponseStore::begin_round(const std::string& name, std::vector<size_t> samples) {
  VRLT_CHECK(asked_all() && !has_round(name), "round ", name,
             " begins twice, or before the last one ended");
  add_round(name, std::move(samples));
  if (group_.is_first()) write_rounds();
}

void ResponseStore::add_round(const std::string& name, std::vector<size_t> samples) {
  auto& round = rounds_.emplace_back();
  round.name = name;
  round.samples = std::move(samples);
  for (size_t place = 0; place < round.samples.size(); ++place)
    round.places[round.samples[place]] = place;
}

void ResponseStore::for_each(
    const std::string& round,
    const std::function<void(size_t sample, const io::Json& line)>& visit) const {
  const size_t found = find(round);
  if (found == rounds_.size()) return;
  for (size_t i = 0; i < rounds_[found].lines.size(); ++i)
    visit(rounds_[found].samples[i], value_of(rounds_[found].lines[i]));
}

std::vector<io::Json> ResponseStore::lines_about(size_t sample,
                                                 std::span<const char* const> names) const {
  std::vector<io::Json> lines;
  for (const char* name : names) {
    const size_t found = find(name);
    if (found == rounds_.size()) continue;
    const auto& of_round = rounds_[found].lines;
    const size_t place = place_of(found, sample);
    if (place < of_round.size()) lines.push_back(value_of(of_round[place]));
  }
  return lines;
}

void ResponseStore::read_rounds() {
  if (!io::exists(rounds_path())) return;
  io::for_each_jsonl(
      rounds_path(), /*tolerate_torn_tail=*/false,
      [&](int64_t number, const io::Json& line) {
        const auto refuse = [&](const std::string& what) {
          throw DataError(concat(rounds_path().string(), ":", number, ": ", what));
        };
        if (!line.is_object() || !line.contains("round") || !line["round"].is_string())
          refuse("expected an object with a \"round\"");
        const auto name = line["round"].get<std::string>();
        if (!line.contains("id")) {
          if (has_round(name)) refuse(concat("round ", name, " begins twice"));
          add_round(name, {});
          return;
        }
        const auto index = line["id"].is_string() ? index_of_.find(line["id"].get<std::string>())
                                                  : index_of_.end();
        if (index == index_of_.end()) refuse("is about a sample that is not in the records");
        if (name != rounds_.back().name || rounds_.size() == 1)
          refuse(concat("round ", name, " did not begin"));
        auto& round = rounds_.back();
        round.places[index->second] = round.samples.size();
        round.samples.push_back(index->second);
      },
      io::kOwnJson);
}

void ResponseStore::write_rounds() const {
  std::string text;
  for (size_t r = 1; r < rounds_.size(); ++r) {
    text += io::to_line({{"round", rounds_[r].name}}) + "\n";
    for (const size_t i : rounds_[r].samples)
      text += io::to_line({{"round", rounds_[r].name}, {"id", samples_[i]->id}}) + "\n";
  }
  io::write_file_atomic(rounds_path(), text);
}

void ResponseStore::read() {
  if (!io::exists(path_)) return;
  for_each_stored_line(path_, summary_ != nullptr, [&](StoredLine line) {
    if (put_stored(std::move(line.value), concat(path_.string(), ":", line.number)))
      whole_bytes_ = line.end_offset;
  });
  if (asked_all()) return;
  auto& lines = rounds_[asking()].lines;
  lines.resize(lines.size() / batch_ * batch_);
}

/// Whether the file may end with this line.
bool ResponseStore::put_stored(io::Json line, const std::string& place) {
  const auto refuse = [&](const std::string& what) { throw DataError(concat(place, ": ", what)); };
  if (!line.is_object() || !line.contains("id") || !line["id"].is_string())
    refuse("expected an object with an \"id\"");
  const auto id = line["id"].get<std::string>();
  const auto name = line.value("round", "");
  if (!has_round(name))
    refuse(concat("is of round ", name, ", which is not in ", rounds_path().string()));
  auto& round = rounds_[find(name)];
  if (round.lines.size() < round.samples.size()) {
    const auto& expected = samples_[round.samples[round.lines.size()]]->id;
    if (id != expected) refuse(concat("is about ", id, ", expected ", expected));
    round.lines.push_back(kept(std::move(line)));
    return round.lines.size() == round.samples.size() || round.lines.size() % batch_ == 0;
  }
  const auto found = index_of_.find(id);
  const auto in_round =
      found == index_of_.end() ? round.samples.size() : place_of(find(name), found->second);
  if (in_round == round.samples.size())
    refuse(concat("is about ", id, ", which is not in the records",
                  name.empty() ? "" : concat(", or not of round ", name)));
  round.lines[in_round] = kept(std::move(line));
  return true;
}

void ResponseStore::share() {
  std::string text;
  for (size_t r = 0; r < rounds_.size(); ++r) {
    if (r > 0)
      text += io::to_line({{"name", rounds_[r].name}, {"samples", rounds_[r].samples}}) + "\n";
    for (const auto& line : rounds_[r].lines)
      text +=
          concat("{\"failed\":", line.failed ? "true" : "false", ",\"line\":", line.text, "}\n");
  }
  const auto received = group_.broadcast(text);
  if (group_.is_first()) return;
  rounds_.resize(1);
  for_each_line(received, path_.string(), [&](const io::Json& item) {
    if (item.contains("line"))
      rounds_.back().lines.push_back({io::to_line(item["line"]), item["failed"].get<bool>()});
    else
      add_round(item["name"].get<std::string>(), item["samples"].get<std::vector<size_t>>());
  });
}

std::vector<size_t> ResponseStore::batch_of(size_t rank) const {
  std::vector<size_t> indices;
  const auto retries = is_retry() ? retries_of(current()) : std::vector<size_t>();
  const auto& from = is_retry() ? retries : rounds_[current()].samples;
  const size_t begin = round_done() + rank * batch_;
  for (size_t i = begin; i < std::min(from.size(), begin + batch_); ++i) indices.push_back(from[i]);
  return indices;
}

std::vector<const data::Sample*> ResponseStore::samples_of(
    const std::vector<size_t>& indices) const {
  std::vector<const data::Sample*> samples;
  for (const size_t i : indices) samples.push_back(samples_[i]);
  return samples;
}

std::vector<const data::Sample*> ResponseStore::next_samples() const {
  return samples_of(next_batch());
}

std::vector<const data::Sample*> ResponseStore::coming_samples() const {
  auto indices = next_batch();
  const auto after = batch_of(static_cast<size_t>(group_.rank() + group_.world_size()));
  indices.insert(indices.end(), after.begin(), after.end());
  return samples_of(indices);
}

void ResponseStore::append(const std::vector<io::Json>& lines) {
  VRLT_CHECK(lines.size() == next_batch().size(), lines.size(), " lines for ", next_batch().size(),
             " samples");
  std::vector<std::vector<size_t>> batches;
  for (size_t rank = 0; rank < static_cast<size_t>(group_.world_size()); ++rank)
    batches.push_back(batch_of(rank));
  std::vector<io::Json> own;
  for (const auto& line : lines) own.push_back(composed(line));
  const size_t round = current();
  // All ranks keep the lines as a later run would read them, so that it computes the same numbers
  // from them.
  const auto of_ranks = group_.all_gather(to_lines(own));
  std::optional<io::JsonlAppender> file;
  if (group_.is_first()) {
    cut_file(path_, whole_bytes_);
    file.emplace(path_);
  }
  for (size_t rank = 0; rank < batches.size(); ++rank) {
    const auto received = parse_lines(of_ranks[rank], path_.string());
    for (size_t i = 0; i < received.size(); ++i)
      put(round, batches[rank][i], received[i], file ? &*file : nullptr);
  }
  if (!file) return;
  file->close();
  whole_bytes_ = io::file_size(path_);
}

/// A line as it is written: what a reader needs comes first.
io::Json ResponseStore::composed(io::Json line) const {
  if (round().empty() && !summary_) return line;
  io::Json whole = {{"id", line["id"]}};
  if (!round().empty()) whole["round"] = round();
  if (summary_ && !failed(line)) whole["summary"] = summary_(line);
  for (auto& [key, value] : line.items()) whole[key] = std::move(value);
  return whole;
}

ResponseStore::Kept ResponseStore::kept(io::Json line) const {
  Kept kept{.failed = failed(line)};
  const bool whole = !summary_ || kept.failed;
  kept.text = io::to_line(whole                      ? line
                          : line.contains("summary") ? line["summary"]
                                                     : summary_(line));
  kept.text.shrink_to_fit();
  return kept;
}

io::Json ResponseStore::value_of(const Kept& kept) const {
  return io::parse_json(kept.text, path_.string(), io::kOwnJson);
}

void ResponseStore::put(size_t round, size_t index, const io::Json& line, io::JsonlAppender* file) {
  auto& lines = rounds_[round].lines;
  const bool first = lines.size() < rounds_[round].samples.size();
  if (file != nullptr && (first || !failed(line))) file->append_line(stamped(line));
  if (first) {
    lines.push_back(kept(line));
    return;
  }
  const size_t place = place_of(round, index);
  if (!failed(line)) lines[place] = kept(line);
  std::erase_if(retries_,
                [&](const Retry& retry) { return retry.round == round && retry.place == place; });
}

}  // namespace vrlt::selection_run
