#include "trainer/step/rollout_weights.h"

#include <ATen/DeviceAccelerator.h>

#include "vrlt/core/error.h"
#include "vrlt/core/free_memory.h"
#include "vrlt/core/logging.h"

namespace vrlt::trainer {
namespace {

/// Of the device, in bytes for each of the ranks that share it.
int64_t free_bytes(const distributed::ShardedBlocks& blocks) {
  const auto device = blocks.own_piece(0).device();
  if (!device.is_cpu())
    return static_cast<int64_t>(at::accelerator::getMemoryInfo(device.index()).first);
  return free_memory() / blocks.ranks()->inner().world_size();
}

}  // namespace

bool rolls_out_by_layers(const distributed::ShardedBlocks* blocks, const std::string& weights,
                         distributed::ProcessGroup& group) {
  if (blocks == nullptr) return false;
  if (weights != "auto") return weights == "layers";
  const int64_t free = free_bytes(*blocks), needed = blocks->whole_bytes();
  const bool by_layers = group.any(needed > free / 2);
  constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;
  log::info(concat("rollout.weights: auto is ", by_layers ? "layers" : "whole",
                   ": all layers take ", static_cast<double>(needed) / kGibi, " GiB, free are ",
                   static_cast<double>(free) / kGibi, " GiB"));
  return by_layers;
}

}  // namespace vrlt::trainer
