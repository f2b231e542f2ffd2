#include "vrlt/model/chat_template_file.h"

#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::model {
namespace fs = std::filesystem;

ChatTemplateFile read_chat_template(const fs::path& folder) {
  constexpr uint64_t kMaxBytes = 1 << 20;
  if (const auto file = folder / "chat_template.jinja"; fs::exists(file))
    return {file.string(), io::read_file(file, kMaxBytes)};
  for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
    const auto file = folder / name;
    if (!fs::exists(file)) continue;
    const auto json = io::read_json(file);
    const auto found = json.is_object() ? json.find("chat_template") : json.end();
    if (found == json.end()) continue;
    if (found->is_string()) return {file.string(), found->get<std::string>()};
    for (const auto& named : *found)  // [{"name": "default", "template": ".."}, ..]
      if (named.is_object() && named.value("name", io::Json()) == "default" &&
          named.contains("template") && named["template"].is_string())
        return {file.string(), named["template"].get<std::string>()};
  }
  return {};
}

}  // namespace vrlt::model
