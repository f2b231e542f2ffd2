#include "check/prompt_rules.h"

#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/rewards/reward_match.h"
#include "vrlt/rewards/reward_presets.h"

namespace vrlt::check {
namespace {

constexpr const char* kThink = "<think>";

/// What a sample's prompt says, and what supervised fine-tuning with it would teach.
struct Asked {
  std::string by_text, by_example;
  bool has(std::string_view piece) const {
    return by_text.find(piece) != std::string::npos || by_example.find(piece) != std::string::npos;
  }
};

Asked asked_of(const data::PromptEntry& prompt, const data::Sample& sample) {
  Asked asked{.by_text = concat(prompt.system, "\n", data::render_prompt(prompt, sample), "\n",
                                prompt.answer_prefix)};
  try {
    asked.by_example = data::reference_response(prompt, sample);
  } catch (const DataError&) {  // no label: told by another rule
  }
  if (prompt.think || sample.record.contains("thinking")) asked.by_example += kThink;
  return asked;
}

/// A layout reward that another prompt suits, for the remedy: of the same table, paid for what the
/// prompt asks.
std::string reward_for(const Asked& asked) {
  for (const auto& entry : rewards::reward_table()) {
    const auto wanted = rewards::pieces_of(entry.wants),
               refused = rewards::pieces_of(entry.refuses);
    if (wanted.empty()) continue;
    const bool fits =
        std::all_of(wanted.begin(), wanted.end(), [&](auto piece) { return asked.has(piece); }) &&
        std::none_of(refused.begin(), refused.end(), [&](auto piece) { return asked.has(piece); });
    if (fits) return entry.name;
  }
  return {};
}

std::string remedy_of(const Asked& asked, const char* other_prompt) {
  const auto reward = reward_for(asked);
  return reward.empty() ? concat("take another prompt, such as ", other_prompt)
                        : concat("use ", reward, ", or the prompt ", other_prompt);
}

void match_layout(const data::Sample& sample, const data::PromptEntry& prompt,
                  const std::vector<const rewards::RewardEntry*>& entries, Mismatches& found) {
  const auto asked = asked_of(prompt, sample);
  for (const auto* entry : entries) {
    const auto add = [&](const std::string& text, const char* other_prompt) {
      found.add(sample, {.kind = "layout_not_asked",
                         .text = text,
                         .remedy = remedy_of(asked, other_prompt),
                         .of_config = true});
    };
    for (const auto piece : rewards::pieces_of(entry->wants))
      if (!asked.has(piece)) {
        add(concat("rewards: ", entry->name, " wants ", piece, ", which the prompt \"", prompt.name,
                   "\" never asks for, so that it will be 0"),
            piece == kThink ? "auto_think" : "auto_answer");
        break;
      }
    for (const auto piece : rewards::pieces_of(entry->refuses))
      if (asked.has(piece)) {
        add(concat("rewards: ", entry->name, " is 0 for a response with ", piece,
                   ", which the prompt \"", prompt.name, "\" asks for"),
            "auto_answer");
        break;
      }
  }
}

void match_target(const data::Sample& sample, const data::PromptEntry& prompt,
                  data::ReferenceTarget target, Mismatches& found) {
  const auto own = sample.record["response"];
  const bool has_thought =
      own.is_string() && own.get_ref<const std::string&>().find(kThink) != std::string::npos;
  if (prompt.think && target == data::ReferenceTarget::kAnswer && !has_thought)
    found.add(sample,
              {.kind = "target_without_thinking",
               .text = concat("the prompt \"", prompt.name,
                              "\" asks for thinking, and sft.target: answer teaches none"),
               .remedy = "take a prompt without it such as auto_answer, or sft.target: "
                         "think_answer with records that have \"thinking\", or a \"response\" "
                         "with it",
               .of_config = true});
  try {
    data::reference_response(prompt, sample, target);
  } catch (const DataError& error) {
    const std::string message = error.what();
    const bool names_it = message.starts_with(sample.id + ": ");
    found.add(sample, {.kind = "no_target",
                       .text = concat("nothing to learn from: ",
                                      names_it ? message.substr(sample.id.size() + 2) : message),
                       .stops = true});
  }
}

std::vector<const rewards::RewardEntry*> layout_rewards(const Purpose& purpose) {
  std::vector<const rewards::RewardEntry*> entries;
  const auto& commands = purpose.reward_options.parameters.get<rewards::RewardCommands>();
  for (const auto& term : rewards::expand_presets(purpose.rewards)) {
    if (commands.find(term.name) != nullptr) continue;  // what it wants nobody knows
    const auto& entry = rewards::find_reward(term.name);
    if (*entry.wants != '\0') entries.push_back(&entry);
  }
  return entries;
}

}  // namespace

const data::PromptEntry* prompt_of(const data::Sample& sample, const Purpose& purpose) {
  if (sample.prompt.empty()) return purpose.prompt;
  for (const auto& entry : data::prompt_table())
    if (sample.prompt == entry.name) return &entry;
  return nullptr;
}

void match_prompts(const Samples& samples, const Purpose& purpose, Mismatches& found) {
  const auto entries = layout_rewards(purpose);
  size_t unused_subtitles = 0;
  for (const auto* sample : samples) {
    const auto* prompt = prompt_of(*sample, purpose);
    if (prompt == nullptr) {
      found.add(*sample, {.kind = "unknown_prompt",
                          .text = concat("there is no prompt \"", sample->prompt, "\""),
                          .remedy = "--list prompts shows them",
                          .stops = true});
      continue;
    }
    unused_subtitles += !sample->subtitles.empty() && prompt->subtitles_lead == nullptr;
    if (!entries.empty()) match_layout(*sample, *prompt, entries, found);
    if (purpose.target) match_target(*sample, *prompt, *purpose.target, found);
  }
  if (unused_subtitles > 0)
    found.add({.kind = "subtitles_unused",
               .text = concat(unused_subtitles, " of ", samples.size(),
                              " records name subtitles, which their prompt does not show"),
               .remedy = "prompts that do end in _sub (--list prompts)",
               .of_config = true});
}

}  // namespace vrlt::check
