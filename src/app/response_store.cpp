#include "app/response_store.h"

#include <algorithm>
#include <map>

#include "vrlt/core/error.h"

namespace vrlt::app {
namespace fs = std::filesystem;

ResponseStore::ResponseStore(fs::path path, std::vector<const data::Sample*> samples, int64_t batch, std::string error_key)
    : path_(std::move(path)), samples_(std::move(samples)), batch_(static_cast<size_t>(batch)), error_key_(std::move(error_key)) {
  if (fs::exists(path_)) read();
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
  for (size_t i = 0; i < lines_.size(); ++i)
    if (failed(lines_[i])) retries_.push_back(i);
}

std::vector<size_t> ResponseStore::next_batch() const {
  std::vector<size_t> indices;
  for (size_t i = lines_.size(); i < std::min(samples_.size(), lines_.size() + batch_); ++i) indices.push_back(i);
  if (indices.empty()) indices.assign(retries_.begin(), retries_.begin() + static_cast<std::ptrdiff_t>(std::min(batch_, retries_.size())));
  return indices;
}

void ResponseStore::append(const std::vector<size_t>& indices, const std::vector<io::Json>& lines) {
  VRLT_CHECK(indices.size() == lines.size(), lines.size(), " lines for ", indices.size(), " samples");
  io::JsonlAppender file(path_);
  for (size_t i = 0; i < indices.size(); ++i) {
    // As a later run would read it, so that both compute the same numbers from it.
    auto line = io::parse_json(io::to_line(lines[i]), path_.string());
    const bool first = indices[i] == lines_.size();
    if (first || !failed(line)) file.append(line);
    if (first) {
      lines_.push_back(std::move(line));
    } else {
      if (!failed(line)) lines_[indices[i]] = std::move(line);
      std::erase(retries_, indices[i]);
    }
  }
  file.close();
}

}  // namespace vrlt::app
