#include "vrlt/selection_run/stored_answers.h"

#include "selection_run/store_lines.h"
#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"

namespace vrlt::selection_run {

std::vector<evaluation::Answer> read_answers(const std::filesystem::path& path) {
  std::vector<evaluation::Answer> answers;
  if (!io::exists(path)) return answers;
  for_each_stored_line(path, /*heads=*/false, [&](const StoredLine& line) {
    answers.push_back(
        evaluation::parse_answer(line.value, concat(path.string(), ":", line.number)));
  });
  return answers;
}

}  // namespace vrlt::selection_run
