#include "app/response_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "vrlt/core/error.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

std::string to_lines(const std::vector<io::Json>& lines) {
  std::string text;
  for (const auto& line : lines) text += io::to_line(line) + "\n";
  return text;
}

std::vector<io::Json> parse_lines(std::string_view text, const std::string& origin) {
  std::vector<io::Json> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(io::parse_json(text.substr(0, end), origin));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

ResponseStore::ResponseStore(fs::path path, std::vector<const data::Sample*> samples, int64_t batch, std::string error_key,
                             distributed::ProcessGroup& group)
    : path_(std::move(path)), samples_(std::move(samples)), batch_(static_cast<size_t>(batch)), error_key_(std::move(error_key)), group_(group) {
  if (group_.is_first() && fs::exists(path_)) read();
  if (group_.world_size() > 1) lines_ = parse_lines(group_.broadcast(to_lines(lines_)), path_.string());
  for (size_t i = 0; i < lines_.size(); ++i)
    if (failed(lines_[i])) retries_.push_back(i);
}

bool ResponseStore::failed(const io::Json& line) const {
  const auto error = line.find(error_key_);
  return error != line.end() && !error->is_null();
}

void ResponseStore::read() {
  std::map<std::string, size_t> index_of;
  for (size_t i = 0; i < samples_.size(); ++i) index_of[samples_[i]->id] = i;
  io::for_each_jsonl(path_, /*tolerate_torn_tail=*/true, [&](int64_t number, io::Json line) {
    const auto refuse = [&](const std::string& what) { throw DataError(concat(path_.string(), ":", number, ": ", what)); };
    if (!line.is_object() || !line.contains("id") || !line["id"].is_string()) refuse("expected an object with an \"id\"");
    const auto id = line["id"].get<std::string>();
    if (lines_.size() < samples_.size()) {
      if (id != samples_[lines_.size()]->id) refuse(concat("is about ", id, ", expected ", samples_[lines_.size()]->id));
      lines_.push_back(std::move(line));
    } else {
      const auto found = index_of.find(id);
      if (found == index_of.end()) refuse(concat("is about ", id, ", which is not in the records"));
      lines_[found->second] = std::move(line);
    }
  });
  if (lines_.size() < samples_.size()) {
    lines_.resize(lines_.size() / batch_ * batch_);
    io::cut_jsonl(path_, [kept = lines_.size()](int64_t, const io::Json&) mutable { return kept-- > 0; });
  }
}

std::vector<size_t> ResponseStore::batch_of(size_t rank) const {
  std::vector<size_t> indices;
  const size_t offset = rank * batch_;
  if (lines_.size() < samples_.size()) {
    for (size_t i = lines_.size() + offset; i < std::min(samples_.size(), lines_.size() + offset + batch_); ++i) indices.push_back(i);
  } else {
    for (size_t i = offset; i < std::min(retries_.size(), offset + batch_); ++i) indices.push_back(retries_[i]);
  }
  return indices;
}

void ResponseStore::append(const std::vector<io::Json>& lines) {
  VRLT_CHECK(lines.size() == next_batch().size(), lines.size(), " lines for ", next_batch().size(), " samples");
  std::vector<std::vector<size_t>> batches;
  for (size_t rank = 0; rank < static_cast<size_t>(group_.world_size()); ++rank) batches.push_back(batch_of(rank));
  // All ranks keep the lines as a later run would read them, so that it computes the same numbers from them.
  const auto of_ranks = group_.all_gather(to_lines(lines));
  std::optional<io::JsonlAppender> file;
  if (group_.is_first()) file.emplace(path_);
  for (size_t rank = 0; rank < batches.size(); ++rank) {
    auto received = parse_lines(of_ranks[rank], path_.string());
    for (size_t i = 0; i < received.size(); ++i) put(batches[rank][i], std::move(received[i]), file ? &*file : nullptr);
  }
  if (file) file->close();
}

void ResponseStore::put(size_t index, io::Json line, io::JsonlAppender* file) {
  const bool first = index == lines_.size();
  if (file != nullptr && (first || !failed(line))) file->append(line);
  if (first) {
    lines_.push_back(std::move(line));
  } else {
    if (!failed(line)) lines_[index] = std::move(line);
    std::erase(retries_, index);
  }
}

}  // namespace vrlt::app
