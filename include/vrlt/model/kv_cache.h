#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// Keys and values of a decoding batch: N places, each with the prefix of one prompt and G slots
/// for the suffixes of its responses. The prefix is never copied per response. Rows, which are the
/// responses that still grow, leave one by one; a place without rows can be given to another
/// prompt. Keys are stored with time last: a query meets all of them in one product.
class KvCache {
 public:
  struct Layer {
    /// [N, K, Dh, P], P of the longest prompt so far; finite beyond each prompt's length.
    at::Tensor prefix_keys;
    at::Tensor prefix_values;  ///< [N, K, P, Dh]
    at::Tensor suffix_keys;    ///< [N, G, K, Dh, capacity]; finite beyond each suffix.
    at::Tensor suffix_values;  ///< [N, G, K, capacity, Dh]
  };
  struct Place {
    int64_t prompt_length = 0;
    int64_t next_position = 0;  ///< The position of the first response token.
    int64_t suffix_length = 0;  ///< The same for all rows of a place: they started together.

    /// The position of the token that comes next.
    int64_t position() const { return next_position + suffix_length; }
  };
  struct Row {
    int64_t place = 0, slot = 0;
  };
  /// The lengths of the places, [N] int64 each, on the device of the keys.
  struct Lengths {
    at::Tensor prompt, suffix, position;
  };

  std::vector<Layer> layers;
  std::vector<Place> places;

  int64_t num_slots() const { return num_slots_; }
  /// In the order in which ids are given to decode(); those of one place are neighbours.
  const std::vector<Row>& rows() const { return rows_; }

  /// Gives every place `num_slots` empty suffixes, and a row for each.
  void fork(int64_t num_slots);

  /// Makes room for so many more tokens in every suffix.
  void reserve(int64_t num_tokens);

  /// Counts tokens that were written to every row.
  void advance(int64_t num_tokens = 1);

  Lengths lengths() const;

  /// Another number whenever some tensor of `layers` was replaced by another one.
  int64_t layout() const { return layout_; }

  /// Keeps the rows of these indices, which ascend.
  void keep_rows(const std::vector<int64_t>& kept);

  /// Places without rows.
  std::vector<int64_t> free_places() const;

  /// Gives free places to the prompts of another cache, which was not forked; their rows come last,
  /// place by place.
  void admit(const KvCache& prompts);

  /// Gives memory back once at most half of the places, or of the slots of every place, are in use.
  /// The order of rows stays.
  void compact();

 private:
  int64_t num_slots_ = 0, layout_ = 0;
  std::vector<Row> rows_;
};

}  // namespace vrlt::model
