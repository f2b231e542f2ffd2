#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt::data {

/// Items of annotations that are odd in one way.
struct OddKind {
  std::string name;  ///< The same for all of them: odd "answer".
  int64_t count = 0;
  /// What is said of the first of them, each with its place and id.
  std::vector<std::string> first;
};

/// What is odd in annotations, and the one rule for it, which no converter decides for itself: what
/// can be read in another spelling is repaired, an item that cannot be read is dropped, both are
/// counted and named, and the conversion goes on. Strict: the first of either ends it.
class OddItems {
 public:
  explicit OddItems(bool strict = false) : strict_(strict) {}

  /// Reads one item: what it throws as a DataError drops the item. Items may hold items.
  /// @return whether it was read. @throws DataError if strict; other errors always.
  bool item(const std::function<void()>& read);

  /// The item was read in another way than it is written. @param text  with its place. @throws
  /// DataError if strict.
  void repaired(const std::string& kind, const std::string& text);

  /// The item is sound, but of a kind that is not for us, such as the open questions of a benchmark
  /// of choices: counted with the dropped, strict or not.
  void passed_over(const std::string& kind, const std::string& text);

  bool strict() const { return strict_; }
  const std::vector<OddKind>& repaired() const { return repaired_; }
  const std::vector<OddKind>& dropped() const { return dropped_; }

 private:
  void drop(const DataError& error);  ///< While it is being handled.

  bool strict_;
  std::vector<OddKind> repaired_, dropped_;  ///< By kind, in the order in which they were met.
};

/// All that is said, in order. @param kinds  of an OddItems.
std::vector<std::string> texts_of(const std::vector<OddKind>& kinds);

/// How many items there are of all kinds.
int64_t count_of(const std::vector<OddKind>& kinds);

/// An item that cannot be read, for a reason with a name of its own. Other DataErrors are counted
/// as what they are: no "answer", odd "answer", no JSON.
class OddItemError : public DataError {
 public:
  OddItemError(std::string kind, const std::string& text)
      : DataError(text), kind_(std::move(kind)) {}
  const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
};

}  // namespace vrlt::data
