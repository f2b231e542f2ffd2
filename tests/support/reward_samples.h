#pragma once

#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::test {

/// A sample of every kind of question.
inline std::vector<data::Sample> reward_samples() {
  const std::vector<std::string> options = {"a red ball", "a blue box", "both", "B"};
  return {{.task = data::Task::kMultipleChoice, .options = options, .answer_option = 1},
          {.task = data::Task::kTemporalGrounding, .segments = {{2, 15}}},
          {.task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = {{2, 15}}},
          {.task = data::Task::kTemporalGrounding, .clip_start = 1, .segments = {{2, 5}, {7, 9}}},
          {.task = data::Task::kGroundedQa,
           .options = options,
           .answer_option = 1,
           .segments = {{2, 15}}},
          {.task = data::Task::kReasoningLocalization, .segments = {{2, 15}}},
          {.task = data::Task::kOpen, .answer_text = "a ball"},
          {.task = data::Task::kOpen, .answer_text = "12"},
          {.task = data::Task::kOpen, .answer_text = "0"},
          {.task = data::Task::kCaption, .answer_text = "a man opens a door"},
          {.task = data::Task::kYesNo, .answer_text = "yes"},
          {.task = data::Task::kCaptionMatch, .options = options, .answer_option = 1}};
}

}  // namespace vrlt::test
