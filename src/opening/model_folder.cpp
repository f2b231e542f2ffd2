#include "opening/model_folder.h"

#include <algorithm>
#include <array>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/model/chat_template_file.h"
#include "vrlt/model/model_choices.h"

namespace vrlt::opening {
namespace fs = std::filesystem;
namespace {

/// A key of generation_config.json that changes what is generated, with the values that do not.
struct GenerationKey {
  const char* name;
  std::vector<io::Json> neutral;
};

const std::vector<GenerationKey>& generation_keys() {
  static const std::vector<GenerationKey> keys = {{"repetition_penalty", {1, 1.0}},
                                                  {"encoder_repetition_penalty", {1, 1.0}},
                                                  {"no_repeat_ngram_size", {0}},
                                                  {"encoder_no_repeat_ngram_size", {0}},
                                                  {"min_length", {0}},
                                                  {"min_new_tokens", {0}},
                                                  {"num_beams", {1}},
                                                  {"num_beam_groups", {1}},
                                                  {"diversity_penalty", {0, 0.0}},
                                                  {"length_penalty", {1, 1.0}},
                                                  {"exponential_decay_length_penalty", {}},
                                                  {"penalty_alpha", {0, 0.0}},
                                                  {"typical_p", {1, 1.0}},
                                                  {"epsilon_cutoff", {0, 0.0}},
                                                  {"eta_cutoff", {0, 0.0}},
                                                  {"guidance_scale", {1, 1.0}},
                                                  {"bad_words_ids", {}},
                                                  {"suppress_tokens", {}},
                                                  {"begin_suppress_tokens", {}},
                                                  {"forced_bos_token_id", {}},
                                                  {"forced_eos_token_id", {}},
                                                  {"sequence_bias", {}},
                                                  {"stop_strings", {}}};
  return keys;
}

/// Sampling is what the config says: told where the folder asks for one that is far from greedy.
bool asks_to_sample(const io::Json& json) {
  constexpr double kNearlyGreedy = 0.01;
  if (json.value("do_sample", io::Json()) != true) return false;
  const auto temperature = json.value("temperature", io::Json());
  return !temperature.is_number() || temperature.get<double>() > kNearlyGreedy;
}

std::string generation_settings(const io::Json& json) {
  std::string settings;
  const auto add = [&](const std::string& name, const io::Json& value) {
    settings += concat(settings.empty() ? "" : ", ", name, " ", io::excerpt(value));
  };
  for (const auto& [name, neutral] : generation_keys()) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null() ||
        ((found->is_array() || found->is_object()) && found->empty()))
      continue;
    if (std::find(neutral.begin(), neutral.end(), *found) == neutral.end()) add(name, *found);
  }
  if (asks_to_sample(json))
    for (const char* name : {"temperature", "top_p", "top_k", "min_p"})
      if (json.contains(name) && !json[name].is_null()) add(name, json[name]);
  return settings;
}

}  // namespace

void check_tokens(const fs::path& folder, const tokenizer::Tokenizer& tokenizer,
                  const model::VisionLanguageModel& model) {
  const int64_t rows = model.head_weight().size(0);
  if (tokenizer.vocab_size() > rows) {
    const std::vector<int64_t> last = {tokenizer.vocab_size() - 1};
    throw DataError(concat(folder.string(), ": the token ",
                           io::excerpt(tokenizer.decode(last, /*skip_special_tokens=*/false)),
                           " has the id ", last[0], ", the embedding of the model has ", rows,
                           " rows: take the token out of the tokenizer's files, or give the model "
                           "an embedding for it (resize_token_embeddings)"));
  }
  for (const char* tag : {"<think>", "</think>", "<answer>", "</answer>", "<glue>", "</glue>"}) {
    const auto id = tokenizer.token_to_id(tag);
    if (!id || !tokenizer.decode(std::vector<int64_t>{*id}, /*skip_special_tokens=*/true).empty())
      continue;
    throw DataError(concat(folder.string(), ": ", tag,
                           " is a special token: decoding removes it from responses, where rewards "
                           "and scores look for it; set \"special\": false for it in "
                           "tokenizer.json"));
  }
}

std::vector<std::string> not_followed(const fs::path& folder) {
  std::vector<std::string> lines;
  const auto& chat = model::family_of(folder).chat;
  if (const auto found = model::read_chat_template(folder);
      !found.text.empty() && !chat.is_own_template(found.text))
    lines.push_back(
        concat(found.file, ": another chat template than that of ", chat.model,
               ", which prompts are written with all the same: ", io::excerpt(chat.example())));
  const auto file = folder / "generation_config.json";
  if (!fs::exists(file)) return lines;
  const auto json = io::read_json(file);
  if (const auto settings = json.is_object() ? generation_settings(json) : ""; !settings.empty())
    lines.push_back(concat(file.string(), ": not followed: ", settings,
                           "; tokens are drawn as the config says, without penalties"));
  return lines;
}

std::vector<std::string> unused_subtitles(const std::vector<const data::Sample*>& samples,
                                          const std::string& prompt) {
  std::vector<std::string> ids;
  std::string name;
  for (const auto* sample : samples) {
    const auto& entry = data::find_prompt(sample->prompt.empty() ? prompt : sample->prompt);
    if (sample->subtitles.empty() || entry.subtitles_lead != nullptr) continue;
    ids.push_back(sample->id);
    name = entry.name;
  }
  if (ids.empty()) return {};
  std::string known;
  for (const auto& entry : data::prompt_table())
    if (entry.subtitles_lead != nullptr) known += concat(known.empty() ? "" : ", ", entry.name);
  return {concat(ids.size(), " of ", samples.size(), " records have subtitles that the prompt ",
                 name, " does not show (", ids.front(), ids.size() > 1 ? ", ..)" : ")",
                 "; prompts with subtitles: ", known)};
}

}  // namespace vrlt::opening
