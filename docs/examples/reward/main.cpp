// boundary-reward [TOLERANCE]: the reward as a program that vrlt-train, vrlt-select and vrlt-score
// run (docs/rewards.md#protocol). Reads lines of JSON, answers with lines of JSON.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "boundary_reward.h"
#include "vrlt/core/error.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/json.h"

namespace {

using vrlt::io::Json;

void answer(const Json& line) {
  std::cout << vrlt::io::to_line(line) << '\n' << std::flush;
  if (!std::cout) throw vrlt::DiskError("standard output cannot be written");
}

Json score(const vrlt::rewards::RewardOutput& output) {
  if (!output.applicable) return nullptr;
  Json said = {{"value", output.value}, {"reason", output.reason.word}, {"read", output.read}};
  for (const auto& [name, value] : output.extra) said["extra"][name] = value;
  return said;
}

void answer_requests(const example::BoundaryParameters& parameters) {
  std::string line;
  std::getline(std::cin, line);  // the version of the protocol
  answer({{"vrlt_reward", 1},
          {"name", "boundary"},
          {"min", 0},
          {"max", 1},
          {"continuous", true},
          {"tasks", {"tvg"}}});
  while (std::getline(std::cin, line)) {
    const auto request = vrlt::io::parse_json(line, "request");
    const auto sample = vrlt::data::parse_sample(request.at("record"), "request");
    Json scores = Json::array();
    for (const auto& response : request.at("responses"))
      scores.push_back(score(example::boundary_reward(
          {.sample = sample, .text = response.at("completion")}, parameters)));
    answer({{"id", request.at("id")}, {"scores", scores}});
  }
}

double parse_tolerance(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(seconds > 0))
    throw vrlt::ConfigError("TOLERANCE is \"" + text + "\", expected seconds above 0");
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    example::BoundaryParameters parameters;
    if (argc > 1) parameters.tolerance_seconds = parse_tolerance(argv[1]);
    answer_requests(parameters);
    return 0;
  } catch (const vrlt::Error& error) {
    std::fprintf(stderr, "boundary-reward: %s\n", error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "boundary-reward: %s\n", error.what());
    return 1;
  }
}
