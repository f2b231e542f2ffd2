#include "check/reward_rules.h"

#include <algorithm>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/rewards/reward_match.h"
#include "vrlt/rewards/reward_presets.h"

namespace vrlt::check {
namespace {

using rewards::RewardEntry;

/// An item of the config's list, with the rewards of accuracy that it stands for.
struct Item {
  std::string name;
  std::vector<const RewardEntry*> accuracies;
  const rewards::RewardCommand* command = nullptr;  ///< Instead of these.
  bool reads_any = false;

  bool measures_accuracy() const {
    return command != nullptr ? command->measures_accuracy() : !accuracies.empty();
  }
  bool reads(const data::Sample& sample, const Purpose& purpose) const {
    if (command != nullptr) return command->measures_accuracy() && command->reads(sample.task);
    return std::any_of(accuracies.begin(), accuracies.end(), [&](const auto* entry) {
      return rewards::reads(*entry, sample, purpose.reward_options);
    });
  }
};

std::vector<Item> items_of(const Purpose& purpose) {
  std::vector<Item> items;
  for (const auto& term : purpose.rewards) {
    Item item{.name = term.name};
    item.command = purpose.reward_options.parameters.get<rewards::RewardCommands>().find(term.name);
    if (item.command != nullptr) {
      item.name = item.command->name();
    } else {
      for (const auto& part : rewards::expand_presets({term}))
        if (const auto& entry = rewards::find_reward(part.name); entry.accuracy)
          item.accuracies.push_back(&entry);
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::string names_of(const std::vector<Item>& items, bool of_accuracy) {
  std::string names;
  for (const auto& item : items)
    if (item.measures_accuracy() == of_accuracy) names += (names.empty() ? "" : ", ") + item.name;
  return names;
}

/// The reward to add for a sample, or "": of those that the table says read it, first the usual
/// ones.
std::string proposal(const data::Sample& sample, const Purpose& purpose) {
  const auto reads = [&](const RewardEntry& entry) {
    return entry.accuracy && !entry.evaluation_only &&
           rewards::reads(entry, sample, purpose.reward_options);
  };
  for (const auto& name : purpose.usual_rewards)
    if (reads(rewards::find_reward(name))) return name;
  for (const auto& entry : rewards::reward_table())
    if (reads(entry)) return entry.name;
  return {};
}

/// Samples by task, in the order in which tasks first come.
std::vector<std::pair<data::Task, Samples>> by_task(const Samples& samples) {
  std::vector<std::pair<data::Task, Samples>> groups;
  for (const auto* sample : samples) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& other) { return other.first == sample->task; });
    if (group == groups.end()) group = groups.insert(groups.end(), {sample->task, {}});
    group->second.push_back(sample);
  }
  return groups;
}

/// What could read these samples, each name once; with a label missing nothing can.
std::vector<std::string> proposals(const Samples& samples, const Purpose& purpose) {
  std::vector<std::string> names;
  for (const auto* sample : samples)
    if (const auto name = proposal(*sample, purpose);
        !name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

void tell_all_unread(const Samples& unread, const std::vector<Item>& items, const Purpose& purpose,
                     Mismatches& found) {
  std::string counts;
  for (const auto& [task, samples] : by_task(unread))
    counts += concat(counts.empty() ? "" : ", ", data::to_string(task), " ", samples.size());
  std::string names;
  for (const auto& item : items) names += (names.empty() ? "" : ", ") + item.name;
  const auto add = proposals(unread, purpose);
  found.add(
      {.kind = "no_reward_reads",
       .text = concat("rewards: [", names, "] ", purpose.rewards.size() > 1 ? "score" : "scores",
                      " no sample of these records: ", counts),
       .remedy = add.empty() ? "no reward could: labels are missing" : "add " + joined(add),
       .samples = unread,
       .of_config = !add.empty()});
}

void tell_unread_tasks(const Samples& unread, const std::vector<Item>& items,
                       const Purpose& purpose, Mismatches& found) {
  const auto layout = names_of(items, /*of_accuracy=*/false);
  for (const auto& [task, samples] : by_task(unread)) {
    const auto add = proposals(samples, purpose);
    if (add.empty()) continue;  // labels are missing, which is told by another rule
    found.add({.kind = "no_reward_reads",
               .text = concat("no reward", layout.empty() ? "" : " but " + layout, " reads task ",
                              data::to_string(task)),
               .remedy = concat("add ", joined(add), ", or leave them out"),
               .samples = samples,
               .of_config = true});
  }
}

void tell_idle_items(const std::vector<Item>& items, const Purpose& purpose, Mismatches& found) {
  const bool usual =
      items.size() == purpose.usual_rewards.size() &&
      std::equal(items.begin(), items.end(), purpose.usual_rewards.begin(),
                 [](const auto& item, const auto& name) { return item.name == name; });
  if (usual) return;
  std::vector<std::string> idle;
  for (const auto& item : items)
    if (item.measures_accuracy() && !item.reads_any) idle.push_back(item.name);
  if (!idle.empty())
    found.add({.kind = "reward_reads_nothing",
               .text = concat("rewards: ", joined(idle), idle.size() > 1 ? " read" : " reads",
                              " none of the samples"),
               .remedy = "remove it, or add records of its task",
               .of_config = true});
}

}  // namespace

void match_rewards(const Samples& samples, const Purpose& purpose, Mismatches& found) {
  auto items = items_of(purpose);
  Samples unread;
  for (const auto* sample : samples) {
    bool is_read = false;
    for (auto& item : items)
      if (!(is_read && item.reads_any) && item.reads(*sample, purpose))
        is_read = item.reads_any = true;
    if (!is_read) unread.push_back(sample);
  }
  const bool none_of_accuracy = std::all_of(
      items.begin(), items.end(), [](const auto& item) { return !item.measures_accuracy(); });
  if (none_of_accuracy) return;  // only the layout is to be learnt
  if (unread.size() == samples.size()) return tell_all_unread(unread, items, purpose, found);
  tell_unread_tasks(unread, items, purpose, found);
  tell_idle_items(items, purpose, found);
}

}  // namespace vrlt::check
