#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "synth/synth_clip.h"
#include "vrlt/io/json.h"

namespace vrlt::synth {

/// Records about one clip: one question for each of temporal grounding, multiple choice and
/// grounded QA.
/// @param paraphrases  each question is put in one of several ways.
std::vector<io::Json> synth_records(const SynthClip& clip, const settings::SynthWorld& world,
                                    bool paraphrases, const std::string& split, int64_t index,
                                    uint64_t seed);

/// Everything that the tiny model ever reads or writes, for its tokenizer.
std::vector<std::string> synth_sentences(const settings::SynthWorld& world, bool paraphrases);

}  // namespace vrlt::synth
