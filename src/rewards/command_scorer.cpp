#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "rewards/command_worker.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/command_words.h"

namespace vrlt::rewards {
namespace {

constexpr int kMostFailedStarts = 3;     ///< In a row.
constexpr int64_t kFewestJudged = 1000;  ///< Responses that max_failed is a share of, at least.
constexpr std::chrono::milliseconds kToEnd{2000};  ///< What a program may still write at the end.

/// The processes of a command, each with what it is doing.
class CommandScorer : public Scorer {
 public:
  explicit CommandScorer(const RewardCommand& command)
      : command_(command), words_(io::command_words(command.command)) {
    for (int64_t i = 0; i < command.workers; ++i) hands_.emplace_back(words_);
    greet_all();
    entry_ = {.name = greeting_->name.c_str(),
              .help = command_.command.c_str(),
              .maker = {},
              .continuous = greeting_->continuous,
              .accuracy = greeting_->accuracy,
              .minimum = greeting_->minimum,
              .maximum = greeting_->maximum};
  }

  ~CommandScorer() override {
    for (auto& hand : hands_) hand.worker.close_input();
    for (auto& hand : hands_) hand.worker.stop(kToEnd);
  }

  const RewardEntry& entry() const { return entry_; }
  const CommandGreeting& greeting() const { return *greeting_; }

  std::vector<std::vector<RewardOutput>> score(std::span<const GroupInput> batch) override {
    std::vector<std::vector<RewardOutput>> outputs(batch.size());
    for (auto& hand : hands_)
      if (hand.doing == Doing::kAnswering) {  // of a batch that ended in an error
        hand.worker.stop(std::chrono::milliseconds(0));
        hand.doing = Doing::kNothing;
      }
    batch_ = batch;
    outputs_ = &outputs;
    jobs_.clear();
    for (size_t i = 0; i < batch.size(); ++i)
      if (!batch[i].responses.empty()) jobs_.push_back(i);
    std::reverse(jobs_.begin(), jobs_.end());  // taken from the back
    of_batch_.clear();
    while (!jobs_.empty() || any_busy()) {
      hand_out();
      wait_and_exchange();
    }
    tell_failures();
    return outputs;
  }

 private:
  enum class Doing { kNothing, kGreeting, kAnswering };

  /// A worker and its work.
  struct Hand {
    explicit Hand(const std::vector<std::string>& words) : worker(words) {}
    CommandWorker worker;
    Doing doing = Doing::kNothing;
    size_t job = 0;  ///< Index of a group.
    int64_t id = 0;
  };

  bool any_busy() const {
    return std::any_of(hands_.begin(), hands_.end(),
                       [](const auto& hand) { return hand.doing == Doing::kAnswering; });
  }

  void start(Hand& hand) {
    hand.worker.start(command_.start_timeout);
    hand.doing = Doing::kGreeting;
  }

  void greet_all() {
    for (auto& hand : hands_) start(hand);
    while (std::any_of(hands_.begin(), hands_.end(),
                       [](const auto& hand) { return hand.doing == Doing::kGreeting; }))
      wait_and_exchange();
  }

  /// A group to each that does nothing; as many of those that are gone are started as there are
  /// groups left for.
  void hand_out() {
    for (auto& hand : hands_)
      if (hand.doing == Doing::kNothing && hand.worker.is_running() && !jobs_.empty()) ask(hand);
    auto coming =
        static_cast<size_t>(std::count_if(hands_.begin(), hands_.end(), [](const auto& hand) {
          return hand.doing == Doing::kGreeting;
        }));
    for (auto& hand : hands_) {
      if (hand.worker.is_running() || jobs_.size() <= coming) continue;
      start(hand);
      ++coming;
    }
  }

  void ask(Hand& hand) {
    hand.job = jobs_.back();
    jobs_.pop_back();
    hand.id = ++last_id_;
    hand.doing = Doing::kAnswering;
    hand.worker.send(request_line(hand.id, batch_[hand.job]), command_.timeout);
    num_asked_ += std::ssize(batch_[hand.job].responses);
  }

  void wait_and_exchange() {
    std::vector<pollfd> descriptors;
    auto deadline = CommandWorker::Clock::time_point::max();
    for (const auto& hand : hands_) {
      hand.worker.watch(descriptors);
      if (hand.doing != Doing::kNothing) deadline = std::min(deadline, hand.worker.deadline());
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - CommandWorker::Clock::now());
    ::poll(descriptors.data(), descriptors.size(),
           static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000)));
    for (auto& hand : hands_)
      if (hand.worker.is_running()) exchange(hand);
  }

  void exchange(Hand& hand) {
    try {
      const auto line = hand.worker.exchange();
      if (line) take(hand, *line);
    } catch (const CommandFailure& failure) {
      const auto words = hand.worker.last_words();
      hand.worker.stop(std::chrono::milliseconds(0));
      if (hand.doing == Doing::kNothing)
        tell_unasked(failure, words);
      else
        give_up(hand, failure, words);
    }
  }

  void take(Hand& hand, const std::string& line) {
    if (hand.doing == Doing::kNothing)
      throw CommandFailure{"command_answer", "said something unasked"};
    if (hand.doing == Doing::kGreeting) return take_greeting(hand, line);
    std::vector<CommandFailure> failed;
    auto& outputs = (*outputs_)[hand.job];
    outputs = parse_answer(line, hand.id, batch_[hand.job].responses.size(), *greeting_, failed);
    hand.doing = Doing::kNothing;
    for (const auto& failure : failed) count(failure, 1, hand, hand.worker.last_words());
  }

  void take_greeting(Hand& hand, const std::string& line) {
    auto greeting = parse_greeting(line);
    const auto& expected = greeting_ ? greeting_ : command_.greeting;
    if (expected && *expected != greeting)
      throw CommandFailure{"command_answer", "greets in another way than it did before"};
    if (!greeting_) greeting_ = std::move(greeting);
    failed_starts_ = 0;
    hand.doing = Doing::kNothing;
  }

  /// After what ends a worker.
  void give_up(Hand& hand, const CommandFailure& failure, const std::string& words) {
    const bool greeted = hand.doing == Doing::kAnswering;
    hand.doing = Doing::kNothing;
    if (!greeted) {
      if (!greeting_ || ++failed_starts_ >= kMostFailedStarts)
        throw ConfigError(concat(
            "rewards: the command ", io::excerpt(command_.command), " does not start: ",
            failure.text, words.empty() ? "; it wrote nothing to standard error" : told(words)));
      return;
    }
    const auto num_responses = batch_[hand.job].responses.size();
    (*outputs_)[hand.job].assign(num_responses, failed_output(failure, *greeting_));
    count(failure, std::ssize(batch_[hand.job].responses), hand, words);
  }

  /// No response is affected: the next group starts it anew.
  void tell_unasked(const CommandFailure& failure, const std::string& words) {
    if (!std::exchange(told_unasked_, true))
      log::warning(concat("reward ", greeting_->name, ": the command ", failure.text,
                          " between two requests, and is started anew", told(words)));
  }

  static std::string told(const std::string& words) {
    return words.empty() ? "" : "; the last that it wrote to standard error:" + words;
  }

  void count(const CommandFailure& failure, int64_t num_responses, const Hand& hand,
             const std::string& words) {
    of_batch_[failure.word] += num_responses;
    num_failed_ += num_responses;
    last_ = concat(batch_[hand.job].responses.front().sample.id, ": ", failure.text, told(words));
    const auto judged = static_cast<double>(std::max(num_asked_, kFewestJudged));
    if (static_cast<double>(num_failed_) > command_.max_failed * judged)
      throw DataError(concat("reward ", greeting_->name, ": ", num_failed_, " of ", num_asked_,
                             " responses got no value, more than max_failed (", command_.max_failed,
                             ") allows (", kinds(), " in this batch); the last: ", last_));
  }

  std::string kinds() const {
    std::string text;
    for (const auto& [word, number] : of_batch_)
      text += concat(text.empty() ? "" : ", ", word, " ", number);
    return text;
  }

  void tell_failures() {
    if (of_batch_.empty()) return;
    log::warning(concat("reward ", greeting_->name, ": no value for ", kinds(), " (", num_failed_,
                        " of ", num_asked_, " responses so far); the last: ", last_));
  }

  const RewardCommand command_;
  const std::vector<std::string> words_;
  std::deque<Hand> hands_;
  std::optional<CommandGreeting> greeting_;
  RewardEntry entry_ = {};
  int failed_starts_ = 0;
  bool told_unasked_ = false;
  int64_t last_id_ = 0, num_asked_ = 0, num_failed_ = 0;

  // Of the batch that is being scored.
  std::span<const GroupInput> batch_;
  std::vector<std::vector<RewardOutput>>* outputs_ = nullptr;
  std::vector<size_t> jobs_;
  std::map<std::string, int64_t> of_batch_;
  std::string last_;
};

}  // namespace

CommandReward make_command_reward(const RewardCommand& command) {
  auto scorer = std::make_unique<CommandScorer>(command);
  const auto* entry = &scorer->entry();
  return {std::move(scorer), entry};
}

void greet(RewardOptions& options) {
  for (auto& command : options.parameters.get<RewardCommands>().items) {
    auto one = command;
    one.workers = 1;
    command.greeting = CommandScorer(one).greeting();
  }
}

}  // namespace vrlt::rewards
