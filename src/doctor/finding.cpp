#include "vrlt/doctor/finding.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "vrlt/core/error.h"

namespace vrlt::doctor {
namespace {

constexpr const char* kNames[] = {"ok", "note", "BAD"};  // in the order of State

const char* name_of(State state) { return kNames[static_cast<int>(state)]; }

int64_t count(std::span<const Finding> findings, State state) {
  return std::ranges::count(findings, state, &Finding::state);
}

std::string padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

}  // namespace

io::Json to_json(const Finding& finding) {
  return {{"part", finding.part},
          {"state", name_of(finding.state)},
          {"what", finding.what},
          {"advice", finding.advice}};
}

Finding finding_from(const io::Json& json) {
  try {
    const auto state = json.at("state").get<std::string>();
    const auto* found = std::ranges::find(kNames, state);
    if (found == std::end(kNames)) throw DataError(concat("unknown state \"", state, "\""));
    return {.part = json.at("part"),
            .state = static_cast<State>(found - kNames),
            .what = json.at("what"),
            .advice = json.at("advice")};
  } catch (const io::Json::exception& error) {
    throw DataError(concat("no finding: ", error.what()));
  }
}

std::string text_of(std::span<const Finding> findings) {
  constexpr size_t kStateWidth = 6, kPartWidth = 16;
  std::string text;
  for (const auto& finding : findings) {
    text += concat(padded(name_of(finding.state), kStateWidth), padded(finding.part, kPartWidth),
                   finding.what, "\n");
    if (!finding.advice.empty())
      text += concat(std::string(kStateWidth + kPartWidth, ' '), "-> ", finding.advice, "\n");
  }
  const auto bad = count(findings, State::kBad), notes = count(findings, State::kNote);
  return concat(text, "\n", bad, " would not work, ", notes, notes == 1 ? " note\n" : " notes\n");
}

int tell(std::span<const Finding> findings, bool json) {
  io::Json list = io::Json::array();
  for (const auto& finding : findings) list.push_back(to_json(finding));
  const auto text = json ? io::to_line({{"findings", list}}) + "\n" : text_of(findings);
  std::fputs(text.c_str(), stdout);
  return count(findings, State::kBad) > 0 ? 1 : 0;
}

}  // namespace vrlt::doctor
