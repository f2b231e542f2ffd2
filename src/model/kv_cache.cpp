#include "vrlt/model/kv_cache.h"

#include <ATen/ops/zeros.h>

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/model/suffix_capacity.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

/// A longer copy along a dimension, zero where nothing is yet: what is masked out is multiplied by
/// 0, so it has to be finite.
at::Tensor grown(const at::Tensor& x, int64_t dim, int64_t size) {
  auto shape = x.sizes().vec();
  shape[static_cast<size_t>(dim)] = size;
  auto bigger = at::zeros(shape, x.options());
  bigger.narrow(dim, 0, x.size(dim)).copy_(x);
  return bigger;
}

/// [N, G, ...] -> [N', G', ...]
at::Tensor select_slots(const at::Tensor& suffix, const at::Tensor& places,
                        const at::Tensor& slots) {
  const auto by_place = suffix.index_select(0, places);
  auto shape = by_place.sizes().vec();
  shape[1] = slots.size(1);
  return by_place.gather(1, slots.view({slots.size(0), slots.size(1), 1, 1, 1}).expand(shape));
}

/// The rows of each place that has any, in order.
std::vector<std::vector<KvCache::Row>> rows_by_place(const std::vector<KvCache::Row>& rows) {
  std::vector<std::vector<KvCache::Row>> result;
  for (const auto& row : rows) {
    if (result.empty() || result.back().back().place != row.place) result.emplace_back();
    result.back().push_back(row);
  }
  return result;
}

}  // namespace

void KvCache::fork(int64_t num_slots) {
  num_slots_ = num_slots;
  rows_.clear();
  for (size_t place = 0; place < places.size(); ++place) {
    places[place].suffix_length = 0;
    for (int64_t slot = 0; slot < num_slots; ++slot)
      rows_.push_back({static_cast<int64_t>(place), slot});
  }
  const int64_t capacity = suffix_capacity(0);
  for (auto& layer : layers) {
    const auto& keys = layer.prefix_keys;
    layer.suffix_keys =
        at::zeros({keys.size(0), num_slots, keys.size(1), keys.size(2), capacity}, keys.options());
    layer.suffix_values =
        at::zeros({keys.size(0), num_slots, keys.size(1), capacity, keys.size(2)}, keys.options());
  }
  ++layout_;
}

void KvCache::reserve(int64_t num_tokens) {
  int64_t longest = 0;
  for (const auto& row : rows_)
    longest = std::max(longest, places[static_cast<size_t>(row.place)].suffix_length);
  if (longest + num_tokens <= layers.front().suffix_keys.size(4)) return;
  const int64_t capacity = suffix_capacity(longest + num_tokens);
  for (auto& layer : layers) {
    layer.suffix_keys = grown(layer.suffix_keys, 4, capacity);
    layer.suffix_values = grown(layer.suffix_values, 3, capacity);
  }
  ++layout_;
}

void KvCache::advance(int64_t num_tokens) {
  for (const auto& rows : rows_by_place(rows_))
    places[static_cast<size_t>(rows.front().place)].suffix_length += num_tokens;
}

KvCache::Lengths KvCache::lengths() const {
  std::vector<int64_t> prompt, suffix, position;
  for (const auto& place : places) {
    prompt.push_back(place.prompt_length);
    suffix.push_back(place.suffix_length);
    position.push_back(place.position());
  }
  const auto device = layers.front().prefix_keys.device();
  return {upload(prompt, device), upload(suffix, device), upload(position, device)};
}

void KvCache::keep_rows(const std::vector<int64_t>& kept) {
  std::vector<Row> rows;
  for (const int64_t i : kept) rows.push_back(rows_[static_cast<size_t>(i)]);
  rows_ = std::move(rows);
  // A place that nobody looks at computes along with the others: it must not run out of room.
  for (const int64_t place : free_places()) places[static_cast<size_t>(place)].suffix_length = 0;
}

std::vector<int64_t> KvCache::free_places() const {
  std::vector<bool> used(places.size(), false);
  for (const auto& row : rows_) used[static_cast<size_t>(row.place)] = true;
  std::vector<int64_t> free;
  for (size_t place = 0; place < used.size(); ++place)
    if (!used[place]) free.push_back(static_cast<int64_t>(place));
  return free;
}

void KvCache::admit(const KvCache& prompts) {
  const auto free = free_places();
  VRLT_CHECK(free.size() >= prompts.places.size(), prompts.places.size(), " prompts for ",
             free.size(), " free places");
  for (size_t i = 0; i < layers.size(); ++i) {
    auto& layer = layers[i];
    const auto &keys = prompts.layers[i].prefix_keys, &values = prompts.layers[i].prefix_values;
    const int64_t length = keys.size(3);
    if (length > layer.prefix_keys.size(3)) {
      layer.prefix_keys = grown(layer.prefix_keys, 3, length);
      layer.prefix_values = grown(layer.prefix_values, 2, length);
      ++layout_;
    }
    for (size_t n = 0; n < prompts.places.size(); ++n) {
      layer.prefix_keys[free[n]].narrow(2, 0, length).copy_(keys[static_cast<int64_t>(n)]);
      layer.prefix_values[free[n]].narrow(1, 0, length).copy_(values[static_cast<int64_t>(n)]);
    }
  }
  for (size_t n = 0; n < prompts.places.size(); ++n) {
    places[static_cast<size_t>(free[n])] = prompts.places[n];
    for (int64_t slot = 0; slot < num_slots_; ++slot) rows_.push_back({free[n], slot});
  }
}

void KvCache::compact() {
  const auto groups = rows_by_place(rows_);
  size_t widest = 0;
  for (const auto& rows : groups) widest = std::max(widest, rows.size());
  if (rows_.empty() ||
      (2 * groups.size() > places.size() && 2 * static_cast<int64_t>(widest) > num_slots_))
    return;

  std::vector<int64_t> kept_places, kept_slots;
  std::vector<Place> new_places;
  std::vector<Row> new_rows;
  for (const auto& rows : groups) {
    const auto place = static_cast<int64_t>(new_places.size());
    kept_places.push_back(rows.front().place);
    new_places.push_back(places[static_cast<size_t>(rows.front().place)]);
    for (size_t i = 0; i < widest; ++i) {
      // a slot without a row repeats another
      kept_slots.push_back(rows[std::min(i, rows.size() - 1)].slot);
      if (i < rows.size()) new_rows.push_back({place, static_cast<int64_t>(i)});
    }
  }
  const auto device = layers.front().prefix_keys.device();
  const auto place_index = upload(kept_places, device);
  const auto slot_index = upload(kept_slots, device).view({-1, static_cast<int64_t>(widest)});
  // Places that were given to other prompts do not come in their own order.
  const bool same_places =
      kept_places.size() == places.size() && std::is_sorted(kept_places.begin(), kept_places.end());
  for (auto& layer : layers) {
    if (!same_places) {
      layer.prefix_keys = layer.prefix_keys.index_select(0, place_index);
      layer.prefix_values = layer.prefix_values.index_select(0, place_index);
    }
    layer.suffix_keys = select_slots(layer.suffix_keys, place_index, slot_index);
    layer.suffix_values = select_slots(layer.suffix_values, place_index, slot_index);
  }
  ++layout_;
  places = std::move(new_places);
  rows_ = std::move(new_rows);
  num_slots_ = static_cast<int64_t>(widest);
}

}  // namespace vrlt::model
