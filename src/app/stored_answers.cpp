#include "app/stored_answers.h"

#include "vrlt/core/error.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::app {

std::vector<evaluation::Answer> read_answers(const std::filesystem::path& path) {
  std::vector<evaluation::Answer> answers;
  if (!std::filesystem::exists(path)) return answers;
  io::for_each_jsonl(path, /*tolerate_torn_tail=*/true,
                     [&](int64_t line, io::Json value) { answers.push_back(evaluation::parse_answer(value, concat(path.string(), ":", line))); });
  return answers;
}

}  // namespace vrlt::app
