#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::selection_run {

/// What a model said about each sample: an append-only file of JSON lines in the order of the
/// samples.
///
/// A line carries a hash of itself: one that was edited since is refused.
///
/// A killed run loses the lines of its unfinished batch, so that it decodes the same batches as an
/// undisturbed one and ends with the same bytes. A sample that could not be asked has a line that
/// says why; a later run asks it once more, in whichever round that was, and appends a line if that
/// went well: the last line about a sample counts.
///
/// All samples may be followed by rounds that ask some of them again. A round's samples are chosen
/// once, from what was said before; they stand in rounds.jsonl beside the store, and the lines of
/// the round name it.
///
/// Several ranks answer a batch each at a time and rank 0 writes them in order: the file does not
/// tell how many there were, and a run may go on with another number. All ranks make the same
/// calls.
class ResponseStore {
 public:
  /// What is kept in memory of a line; the key "summary" of a line, if it is there, is what this
  /// gave when the line was written.
  using Summary = std::function<io::Json(const io::Json& line)>;

  /// @param samples    outlive the store. @param error_key  in a line: why the sample could not be
  /// asked; null or absent if it was.
  /// @param summary    none: whole lines are kept.
  /// @throws DataError if the file is of other samples.
  ResponseStore(std::filesystem::path path, std::vector<const data::Sample*> samples, int64_t batch,
                std::string error_key, distributed::ProcessGroup& group, Summary summary = {});

  /// Whether every sample, and those of every round, have been asked.
  bool complete() const { return asked_all() && retries_.empty(); }

  /// The same, where samples that could not be asked are let be.
  bool asked_all() const { return asking() == rounds_.size(); }

  /// A further round, once all before it are complete but for samples that cannot be asked.
  void begin_round(const std::string& name, std::vector<size_t> samples);
  bool has_round(const std::string& name) const { return find(name) != rounds_.size(); }

  /// The round that next_batch() is of; "" for that of all samples.
  std::string round() const { return rounds_[current()].name; }
  /// Whether next_batch() is asked once more.
  bool is_retry() const { return asked_all(); }

  /// Samples of that round, and how many of them have been asked; with retries, of those that are
  /// left.
  size_t round_size() const {
    return is_retry() ? retries_of(current()).size() : rounds_[current()].samples.size();
  }
  size_t round_done() const { return is_retry() ? 0 : rounds_[asking()].lines.size(); }

  /// The samples this rank asks next, as indices; at most `batch`. Empty when other ranks ask the
  /// last ones.
  std::vector<size_t> next_batch() const { return batch_of(static_cast<size_t>(group_.rank())); }
  std::vector<const data::Sample*> next_samples() const;
  /// And those it asks after them, as far as that is known: what can be read in the background.
  std::vector<const data::Sample*> coming_samples() const;

  /// Stores the lines about next_batch() and those of the other ranks.
  void append(const std::vector<io::Json>& lines);

  /// How many samples were asked so far.
  size_t num_asked() const { return rounds_.front().lines.size(); }

  /// Calls `visit(index of the sample, line or summary)` for a round; "" is that of all samples, in
  /// their order.
  void for_each(const std::string& round,
                const std::function<void(size_t sample, const io::Json& line)>& visit) const;

  /// The lines about a sample in the rounds of these names, in their order; none of a round that
  /// did not ask it, or not yet.
  std::vector<io::Json> lines_about(size_t sample, std::span<const char* const> rounds) const;

  const std::vector<const data::Sample*>& samples() const { return samples_; }
  const data::Sample& sample(size_t index) const { return *samples_[index]; }
  size_t num_samples() const { return samples_.size(); }
  bool failed(const io::Json& line) const;

 private:
  /// Of a line, what is kept, as text: values take five times the memory.
  struct Kept {
    std::string text;
    bool failed = false;
  };
  struct Round {
    std::string name;
    std::vector<size_t> samples;
    std::vector<Kept> lines;  ///< Of the first so many samples.
    /// In `samples`; empty for that of all samples, which are in order.
    std::unordered_map<size_t, size_t> places = {};
  };

  /// A sample that failed, by its place in a round.
  struct Retry {
    size_t round, place;
  };

  size_t asking() const;
  /// The round that is being asked, or of the first retry; that of all samples if nothing is left.
  size_t current() const {
    return asked_all() ? (retries_.empty() ? 0 : retries_.front().round) : asking();
  }
  std::vector<size_t> retries_of(size_t round) const;
  size_t place_of(size_t round, size_t sample) const;
  size_t find(const std::string& name) const;
  void read_rounds();
  void write_rounds() const;
  void read();
  bool put_stored(io::Json line, const std::string& place);
  void share();
  std::vector<size_t> batch_of(size_t rank) const;
  std::vector<const data::Sample*> samples_of(const std::vector<size_t>& indices) const;
  io::Json composed(io::Json line) const;
  Kept kept(io::Json line) const;
  io::Json value_of(const Kept& kept) const;
  void add_round(const std::string& name, std::vector<size_t> samples);
  void put(size_t round, size_t index, const io::Json& line, io::JsonlAppender* file);
  std::filesystem::path rounds_path() const { return path_.parent_path() / "rounds.jsonl"; }

  std::filesystem::path path_;
  std::vector<const data::Sample*> samples_;
  std::unordered_map<std::string_view, size_t> index_of_;  ///< By the id of a sample.
  size_t batch_;
  std::string error_key_;
  distributed::ProcessGroup& group_;
  Summary summary_;
  std::vector<Round> rounds_;  ///< The first is that of all samples.
  /// Failed in an earlier run and not yet asked again in this one, round by round.
  std::vector<Retry> retries_;
  /// Of the file, on rank 0: what is behind them is an unfinished batch, which goes before anything
  /// is appended.
  uint64_t whole_bytes_ = 0;
};

}  // namespace vrlt::selection_run
