#include "report/run_notes.h"

#include <map>

#include "report/run_reading.h"
#include "vrlt/page/html.h"

namespace vrlt::report {
namespace fs = std::filesystem;

using namespace page;

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
  return "<h3>changes of the config</h3><table><tr><th>after "
         "step</th><th>when</th><th>key</th><th>before</th><th>after</th></tr>" +
         rows + "</table>";
}

}  // namespace vrlt::report
