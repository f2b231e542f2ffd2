#pragma once

#include "tests/e2e/app/small_world.h"

namespace vrlt::test {

/// racing.yaml: a selection with every round that one can have.
inline void write_racing_config() {
  SmallWorld::get().write("racing.yaml",
                          "name: racing\noutput: runs\nbatch: 2\nmodel: {path: warm}\nrollout: "
                          "{group_size: 4, max_new_tokens: 24}\n"
                          "racing: {first_draws: 2, redraw_parked: 0.5, near_cut_draws: 2}\naudit: "
                          "{fraction: 0.2, min_samples: 3}\n"
                          "filter: {keep: 0.25}\ndata: {records: [data/train.jsonl], root: "
                          "data/videos, prompt: auto_short}\n"
                          "video: {fps: 1.0, max_frames: 4, min_pixels: 784, max_pixels: 784}\n");
}

}  // namespace vrlt::test
