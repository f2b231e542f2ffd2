#include "vrlt/app/convert.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/files.h"

namespace vrlt::app {

int run_convert(const std::string& format, const std::filesystem::path& annotations, const std::string& split, const std::filesystem::path& output) {
  const auto conversion = data::find_converter(format).convert(annotations, split);
  std::string lines;
  for (const auto& record : conversion.records) {
    data::parse_sample(record, annotations.string());  // what we write, our programs read
    lines += io::to_line(record) + "\n";
  }
  for (const auto& note : conversion.notes) log::warning(note);
  if (conversion.records.empty()) throw DataError(annotations.string() + ": holds no annotations");
  io::write_file_atomic(output, lines);
  log::info(concat("wrote ", conversion.records.size(), " records to ", output.string()));
  return 0;
}

}  // namespace vrlt::app
