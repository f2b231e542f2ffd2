#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt {

/// Records as bytes, for the ranks of one program: the same build on both sides, so that a number
/// is as it lies in memory, NaN and infinities too. Texts and lists stand behind their length. A
/// record says its fields once, for both ways, in its own namespace:
///
///   template <typename Visitor, typename Row>
///     requires std::is_same_v<std::remove_const_t<Row>, ResponseRow>
///   void visit_fields(Visitor& visit, Row& row) {
///     auto& [position, number] = row;  // one more field does not compile until it stands here too
///     visit(position, number);
///   }
class RecordWriter {
 public:
  template <typename... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <typename Field>
  void put(const Field& field) {
    if constexpr (std::is_arithmetic_v<Field>)
      bytes_.append(reinterpret_cast<const char*>(&field), sizeof field);
    else
      visit_fields(*this, field);
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <typename Item>
  void put(const std::vector<Item>& items) {
    put(items.size());
    for (const auto& item : items) put(item);
  }

  std::string bytes_;
};

/// Reads what a RecordWriter wrote, in the same order. @throws ContractError where the bytes end
/// too early.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename... Fields>
  void operator()(Fields&... fields) {
    (take(fields), ...);
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view next(size_t count) {
    VRLT_CHECK(count <= bytes_.size(), "a record ends ", count - bytes_.size(), " bytes too early");
    const auto part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  template <typename Field>
  void take(Field& field) {
    if constexpr (std::is_same_v<Field, bool>)
      field = next(1).front() != 0;
    else if constexpr (std::is_arithmetic_v<Field>)
      std::memcpy(&field, next(sizeof field).data(), sizeof field);
    else
      visit_fields(*this, field);
  }
  void take(std::string& text) { text = next(take_size()); }
  template <typename Item>
  void take(std::vector<Item>& items) {
    const size_t count = take_size();
    items.clear();
    while (items.size() < count) take(items.emplace_back());
  }
  size_t take_size() {
    size_t size = 0;
    take(size);
    return size;
  }

  std::string_view bytes_;
};

}  // namespace vrlt
