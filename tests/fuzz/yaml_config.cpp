// A config of every kind of field. What loads is printed, loads again, and is then the same.
#include "tests/fuzz/fuzz_input.h"
#include "vrlt/config/load.h"

namespace vrlt::config {

struct Section {
  double rate = 0.5;
  std::optional<double> limit;
};
struct AllKinds {
  bool flag = false;
  int64_t steps = 1;
  uint64_t seed = 0;
  std::optional<int64_t> frames;
  std::string name, mode = "fast";
  std::vector<std::string> records;
  std::vector<WeightedName> rewards;
  Section section;
};

void visit_fields(FieldVisitor& v, Section& c) {
  v.field({.name = "rate", .help = "", .min = 0, .max = 1}, c.rate);
  v.field({.name = "limit", .help = ""}, c.limit);
}
void visit_fields(FieldVisitor& v, AllKinds& c) {
  v.field({.name = "flag", .help = ""}, c.flag);
  v.field({.name = "steps", .help = "", .min = 1, .max = 1e6}, c.steps);
  v.field({.name = "seed", .help = ""}, c.seed);
  v.field({.name = "frames", .help = "", .min = 2}, c.frames);
  v.field({.name = "name", .help = "", .required = true}, c.name);
  v.field({.name = "mode", .help = "", .choices = {"fast", "slow"}}, c.mode);
  v.field({.name = "records", .help = ""}, c.records);
  v.field({.name = "rewards", .help = ""}, c.rewards);
  v.section("section", "", c.section);
}

/// The values of a file, as YAML.
std::string loaded(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  AllKinds config;
  const auto visit = [&](FieldVisitor& v) { visit_fields(v, config); };
  load(path, overrides, visit, {});
  return to_yaml(visit, /*with_help=*/false);
}

}  // namespace vrlt::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  const std::string text(fuzz::text_of(data, size));
  const auto path = fuzz::write_scratch("x.yaml", text);
  fuzz::read_or_refuse(path.string(), [&] {
    const auto yaml = config::loaded(path, {});
    fuzz::require(config::loaded(fuzz::write_scratch("again.yaml", yaml), {}) == yaml,
                  "a printed config loads to the same:\n" + yaml);
  });
  fuzz::read_or_refuse("command line", [&] {
    config::loaded(fuzz::write_scratch("sound.yaml", "name: x"), {text});
  });
  return fuzz::read_or_refuse("not YAML", [&] { config::differences(text, "name: x"); });
}
