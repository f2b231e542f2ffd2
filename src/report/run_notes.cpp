#include "report/run_notes.h"

#include <map>
#include <sstream>

#include "report/run_reading.h"
#include "report/scores.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;

using namespace page;

namespace {

constexpr uint64_t kMaxTextFile = 4 << 20;

/// The last line of what was typed.
std::string last_command(const fs::path& run) {
  if (!io::exists(run / "command.txt")) return {};
  auto text = io::read_file(run / "command.txt", kMaxTextFile);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto begin = text.rfind('\n');
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

/// The value behind "path:" in the section "model:" of a resolved config, which has each key on a
/// line of its own.
std::string model_of(const fs::path& run) {
  if (!io::exists(run / "config.yaml")) return {};
  std::istringstream lines(io::read_file(run / "config.yaml", kMaxTextFile));
  bool in_model = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(" ")) in_model = line.starts_with("model:");
    const auto key = line.find("path: ");
    if (!in_model || key == std::string::npos || line.find_first_not_of(' ') != key) continue;
    auto path = line.substr(key + std::string_view("path: ").size());
    std::erase(path, '"');
    return path;
  }
  return {};
}

}  // namespace

std::string provenance(const std::vector<fs::path>& runs) {
  std::string rows;
  for (const auto& run : runs) {
    const auto file = run / "environment.json";
    const auto environment = io::exists(file) ? read_own_json(file) : io::Json::object();
    if (!environment.is_object()) throw DataError(file.string() + ": expected an object");
    rows += "<tr><td>" + escape(run_name(run)) + "</td><td><code>" + escape(last_command(run)) +
            "</code></td><td>" + escape(model_of(run)) + "</td><td>" +
            escape(environment.value("program", "")) + " " +
            escape(environment.value("commit", "").substr(0, 12)) + "</td><td>" +
            escape(environment.value("processor", "")) + "</td></tr>";
  }
  return "<details><summary>where the runs come from</summary><div class=\"wide\"><table><tr>"
         "<th>run</th><th>command</th><th>model</th><th>version</th><th>processor</th></tr>" +
         rows + "</table></div></details>";
}

std::string alarms(const fs::path& run) {
  std::map<std::string, std::string> texts;
  for_each_line(run / "alarms.jsonl", [&](const io::Json& line) {
    if (line.is_object()) texts[line.value("kind", "")] = line.value("text", "");
  });
  std::string html;
  for (const auto& [kind, text] : texts) html += "<p class=\"alarm\">" + escape(text) + "</p>";
  return html;
}

std::string config_history(const fs::path& run) {
  std::string rows;
  for_each_line(run / "config_history.jsonl", [&](const io::Json& line) {
    for (const auto& change : line.value("changes", io::Json::array()))
      rows += "<tr>" + number_cell(line.value("after_step", 0.0)) + "<td>" +
              escape(line.value("time", "")) + "</td><td>" + escape(change.value("key", "")) +
              "</td><td>" + escape(change.value("before", "")) + "</td><td>" +
              escape(change.value("after", "")) + "</td></tr>";
  });
  if (rows.empty()) return {};
  return "<table><tr><th>after "
         "step</th><th>when</th><th>key</th><th>before</th><th>after</th></tr>" +
         rows + "</table>";
}

}  // namespace vrlt::report
