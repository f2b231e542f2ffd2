#include "vrlt/data/converter_table.h"

#include "data/charades_sta.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr ConverterEntry kConverters[] = {
    {"charades_sta", "charades_sta_train.txt or charades_sta_test.txt: temporal grounding", convert_charades_sta},
};

}  // namespace

std::span<const ConverterEntry> converter_table() { return kConverters; }

const ConverterEntry& find_converter(const std::string& name) {
  std::string known;
  for (const auto& entry : kConverters) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown annotation format \"", name, "\"; known: ", known));
}

}  // namespace vrlt::data
