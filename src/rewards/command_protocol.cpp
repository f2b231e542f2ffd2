#include "rewards/command_protocol.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_presets.h"

namespace vrlt::rewards {
namespace {

constexpr const char* kVersionKey = "vrlt_reward";
constexpr const char* kFailed = "failed";
constexpr size_t kLongestName = 64;

[[noreturn]] void refuse(const std::string& text) { throw CommandFailure{"command_answer", text}; }

bool is_name(const std::string& text) {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), fits);
}

/// Python writes NaN and Infinity, which are no JSON: as texts they are the mistake of one value
/// and not of the line.
std::string with_quoted_numbers(std::string_view line) {
  constexpr std::string_view kWords[] = {"NaN", "-Infinity", "Infinity"};
  std::string text;
  bool in_text = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (in_text && line[i] == '\\' && i + 1 < line.size()) {
      text += line.substr(i++, 2);
      continue;
    }
    if (line[i] == '"') in_text = !in_text;
    const auto* word = in_text ? std::end(kWords)
                               : std::find_if(std::begin(kWords), std::end(kWords), [&](auto w) {
                                   return line.substr(i).starts_with(w);
                                 });
    if (word == std::end(kWords)) {
      text += line[i];
    } else {
      text += concat('"', *word, '"');
      i += word->size() - 1;
    }
  }
  return text;
}

io::Json parse_object(std::string_view line, const char* expected) {
  const auto shown = io::excerpt(std::string(line.substr(0, kMaxLineBytes)));
  try {
    auto json =
        io::parse_json(with_quoted_numbers(line), "answer", {.max_bytes = 2 * kMaxLineBytes});
    if (json.is_object()) return json;
  } catch (const DataError&) {
  }
  refuse(concat("said ", shown, ", expected ", expected,
                " in one line of JSON (what it prints for people goes to standard error)"));
}

double number_of(const io::Json& greeting, const char* key, double otherwise) {
  const auto found = greeting.find(key);
  if (found == greeting.end()) return otherwise;
  if (!found->is_number() || !std::isfinite(found->get<double>()))
    refuse(concat("its greeting says ", key, " ", io::excerpt(*found), ", expected a number"));
  return found->get<double>();
}

bool flag_of(const io::Json& greeting, const char* key, bool otherwise) {
  const auto found = greeting.find(key);
  if (found == greeting.end()) return otherwise;
  if (!found->is_boolean())
    refuse(concat("its greeting says ", key, " ", io::excerpt(*found), ", expected true or false"));
  return found->get<bool>();
}

std::vector<data::Task> tasks_of(const io::Json& greeting) {
  std::vector<data::Task> tasks;
  const auto found = greeting.find("tasks");
  if (found == greeting.end()) return tasks;
  if (!found->is_array() || found->empty())
    refuse("its greeting says tasks, expected a list of them");
  for (const auto& item : *found) {
    const auto task = item.is_string() ? data::parse_task(item.get<std::string>()) : std::nullopt;
    if (!task)
      refuse(concat("its greeting names the task ", io::excerpt(item),
                    ", expected some of mcq, tvg, gqa, yes_no, caption_match, caption, rtl, open"));
    tasks.push_back(*task);
  }
  return tasks;
}

/// Names of numbers are kept for good: outputs point to them. There are few, whatever is said.
const char* kept_name(const std::string& name) {
  constexpr size_t kMostNames = 256;
  static std::mutex mutex;
  static std::set<std::string> names;
  const std::lock_guard lock(mutex);
  if (names.size() >= kMostNames && !names.contains(name)) return nullptr;
  return names.insert(name).first->c_str();
}

io::Json record_of(const data::Sample& sample) {
  auto record = sample.record.json();
  if (!record.is_object())
    record = {
        {"id", sample.id}, {"task", data::to_string(sample.task)}, {"question", sample.question}};
  return record;
}

io::Json prompt_of(const RewardInput& input) {
  if (input.prompt == nullptr) return nullptr;
  return {{"name", input.prompt->name},
          {"system", input.prompt->system},
          {"text", data::render_prompt(*input.prompt, input.sample)}};
}

void read_extra(const io::Json& score, RewardOutput& output) {
  const auto found = score.find("extra");
  if (found == score.end() || !found->is_object()) return;
  for (const auto& [name, value] : found->items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>()) || !is_name(name) ||
        name == kFailed)
      continue;
    if (const char* kept = kept_name(name)) output.extra.emplace_back(kept, value.get<double>());
  }
}

/// What the word of a program means: that of the same word of ours, else right or wrong alone.
Reason reason_of(const io::Json& score) {
  const auto found = score.find("reason");
  if (found == score.end() || !found->is_string() || !is_name(found->get<std::string>())) return {};
  const auto word = found->get<std::string>();
  if (word == Reason().word) return {};
  const auto known = find_reason(word);
  return known.kind == ReasonKind::kUnread && !reading::find_reason(word)
             ? Reason(ReasonKind::kWrong, word)
             : known;
}

/// A score is null (does not apply), a number, or an object with "value".
RewardOutput read_score(const io::Json& score, const CommandGreeting& greeting,
                        std::vector<CommandFailure>& failed) {
  const auto fail = [&](const std::string& text) {
    failed.push_back({"command_value", text});
    return failed_output(failed.back(), greeting);
  };
  const bool is_object = score.is_object();
  const auto value = is_object ? score.value("value", io::Json("nothing")) : score;
  if (value.is_null()) return {.applicable = false};
  if (!value.is_number()) return fail(concat("the value ", io::excerpt(value), " is not a number"));
  const double number = value.get<double>();
  if (!std::isfinite(number) || number < greeting.minimum || number > greeting.maximum)
    return fail(concat("the value ", number, " is not from ", greeting.minimum, " to ",
                       greeting.maximum, ", as its greeting says"));
  RewardOutput output{.value = number, .extra = {{kFailed, 0.0}}};
  if (!is_object) return output;
  output.reason = reason_of(score);
  const auto read = score.value("read", io::Json());
  if (read.is_string()) output.read = read.get<std::string>();
  read_extra(score, output);
  return output;
}

}  // namespace

std::string hello_line() {
  return io::to_line({{kVersionKey, kProtocolVersion}, {"record_schema", "vs/1"}}) + "\n";
}

CommandGreeting parse_greeting(std::string_view line) {
  constexpr const char* kExpected =
      "its greeting, such as {\"vrlt_reward\": 1, \"name\": \"my_reward\", \"min\": 0, \"max\": "
      "1},";
  const auto json = parse_object(line, kExpected);
  if (json.value(kVersionKey, io::Json()) != kProtocolVersion)
    refuse(concat("speaks version ", io::excerpt(json.value(kVersionKey, io::Json())),
                  " of the protocol, expected ", kProtocolVersion));
  const auto name = json.value("name", io::Json());
  if (!name.is_string() || !is_name(name.get<std::string>()))
    refuse(
        concat("calls itself ", io::excerpt(name), ", expected a name of letters, digits, _ - ."));
  CommandGreeting greeting{.name = name.get<std::string>(),
                           .minimum = number_of(json, "min", 0.0),
                           .maximum = number_of(json, "max", 1.0),
                           .continuous = flag_of(json, "continuous", true),
                           .tasks = tasks_of(json)};
  const auto names = reward_and_preset_names();
  if (std::find(names.begin(), names.end(), greeting.name) != names.end() ||
      greeting.name == "total" || greeting.name == "group_std")
    refuse(concat("calls itself ", greeting.name, ", as something of ours; choose another name"));
  if (!(greeting.minimum < greeting.maximum))
    refuse(concat("its greeting says values from ", greeting.minimum, " to ", greeting.maximum));
  const bool is_share = greeting.minimum >= 0.0 && greeting.maximum <= 1.0;
  greeting.accuracy = flag_of(json, "accuracy", is_share);
  if (greeting.accuracy && !is_share)
    refuse("its greeting says accuracy true, which needs values from 0 to 1");
  return greeting;
}

std::string request_line(int64_t id, const GroupInput& group) {
  const auto& first = group.responses.front();
  io::Json request = {{"id", id},
                      {"record", record_of(first.sample)},
                      {"prompt", prompt_of(first)},
                      {"responses", io::Json::array()}};
  for (const auto& response : group.responses)
    request["responses"].push_back({{"completion", response.text},
                                    {"tokens", response.num_tokens},
                                    {"finish", response.truncated ? "length" : "stop"}});
  return io::to_line(request) + "\n";
}

std::vector<RewardOutput> parse_answer(std::string_view line, int64_t id, size_t num_responses,
                                       const CommandGreeting& greeting,
                                       std::vector<CommandFailure>& failed) {
  const auto json = parse_object(line, "an answer, such as {\"id\": 1, \"scores\": [0.5, 1.0]},");
  if (json.value("id", io::Json()) != id)
    refuse(concat("answered id ", io::excerpt(json.value("id", io::Json())), ", expected ", id));
  const auto scores = json.value("scores", io::Json());
  if (!scores.is_array() || scores.size() != num_responses)
    refuse(concat("answered ", scores.is_array() ? scores.size() : 0, " scores to ", num_responses,
                  " responses"));
  std::vector<RewardOutput> outputs;
  for (const auto& score : scores) outputs.push_back(read_score(score, greeting, failed));
  return outputs;
}

RewardOutput failed_output(const CommandFailure& failure, const CommandGreeting& greeting) {
  return {.value = std::clamp(0.0, greeting.minimum, greeting.maximum),
          .reason = {ReasonKind::kWrong, failure.word},
          .extra = {{kFailed, 1.0}}};
}

}  // namespace vrlt::rewards
