#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// What a program that computes a reward says of itself when it starts.
struct CommandGreeting {
  std::string name;  ///< Of the reward, for metrics, files and reports.
  double minimum = 0.0, maximum = 1.0;
  bool continuous = true;
  bool accuracy = true;           ///< Measures the answer; only where the range is in [0, 1].
  std::vector<data::Task> tasks;  ///< That it scores; empty: all.

  bool operator==(const CommandGreeting&) const = default;
};

/// A reward that a program of the user's computes: an item {command: .., weight: ..} of `rewards`.
/// The protocol is docs/rewards.md#protocol.
struct RewardCommand {
  std::string command;           ///< Its line, split by io::command_words(). Names it in a config.
  double timeout = 30.0;         ///< Seconds for the responses to one prompt.
  double start_timeout = 120.0;  ///< Seconds from its start to its greeting.
  int64_t workers = 1;           ///< Processes on each rank.
  double max_failed = 0.05;      ///< Share of responses without a value beyond which the run stops.
  std::optional<CommandGreeting> greeting = {};  ///< Once it was greeted.

  /// Whether it says something about samples of a task; not greeted: it does.
  bool reads(data::Task task) const;
  bool measures_accuracy() const { return !greeting || greeting->accuracy; }
  /// The name of its greeting, else its line.
  const std::string& name() const { return greeting ? greeting->name : command; }
};

/// Its keys in a config but for the weight.
void visit_fields(config::FieldVisitor& visitor, RewardCommand& command);

/// Those of a run, among the parameters of its RewardOptions: a term whose name is the line of one
/// of them is computed by it.
struct RewardCommands {
  std::vector<RewardCommand> items;

  const RewardCommand* find(const std::string& line) const;
};

/// Starts each command once, to learn what it says of itself.
/// @throws ConfigError if it does not start, does not greet in time, or calls itself as another
/// reward; MissingInputError if there is no such program.
void greet(RewardOptions& options);

/// The words of a command that are files: the script, and what it is told to read.
std::vector<std::filesystem::path> files_of(const RewardCommand& command);

/// A scorer with what its greeting says of its values.
struct CommandReward {
  std::unique_ptr<Scorer> scorer;
  const RewardEntry* entry;  ///< Owned by the scorer.
};

/// Starts the workers. They live as long as the scorer, and must be asked by the thread that makes
/// it. What they do not answer is no exception but a value of 0, or the end of the range that is
/// nearest, with one of these reasons and 1 as the number "failed":
///   command_timeout    no answer in time
///   command_crash      the program ended
///   command_flood      more bytes than a line may have
///   command_answer     not an answer of the protocol: no JSON, another id, too few values
///   command_value      not a number, or out of the range of the greeting
/// After the first four all responses of the line have failed and the worker is started anew.
/// score() throws DataError if more than max_failed of the responses so far have failed, and
/// ConfigError if a worker cannot be started any more.
/// @throws as greet().
CommandReward make_command_reward(const RewardCommand& command);

}  // namespace vrlt::rewards
