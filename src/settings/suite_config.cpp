#include "vrlt/settings/suite_config.h"

#include "settings/run_name.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/io/files.h"

namespace vrlt::settings {
namespace {

/// Several evaluations by one command.
struct SuiteConfig {
  std::string name;
  std::vector<std::string> evals;
};

void visit_fields(config::FieldVisitor& v, SuiteConfig& c) {
  v.field({.name = "name",
           .help = "of the suite; its runs are output/name/<evaluation>",
           .required = true},
          c.name);
  v.field(
      {.name = "evals", .help = "configs of vrlt-eval, relative to this file", .required = true},
      c.evals);
}

}  // namespace

bool is_suite(const std::filesystem::path& file) {
  constexpr uint64_t kMaxBytes = 1 << 20;
  try {
    const auto root = config::parse_yaml(io::read_file(file, kMaxBytes));
    return root.IsMap() && root["evals"];
  } catch (const YAML::Exception&) {
    return false;
  }
}

std::vector<EvalConfig> load_suite(const std::filesystem::path& file,
                                   const std::vector<std::string>& overrides) {
  SuiteConfig suite;
  config::load(
      file, {}, [&](config::FieldVisitor& visitor) { visit_fields(visitor, suite); },
      [&](const config::KeyLocations& locations) { return check_run_name(suite.name, locations); });
  std::vector<EvalConfig> configs;
  for (const auto& eval : suite.evals) {
    configs.push_back(load_eval_config(file.parent_path() / eval, overrides));
    configs.back().name = suite.name + "/" + std::filesystem::path(eval).stem().string();
  }
  return configs;
}

}  // namespace vrlt::settings
