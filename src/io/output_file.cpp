#include "vrlt/io/output_file.h"

#include "vrlt/core/error.h"

namespace vrlt::io {

void refuse_input_as_output(const std::string& option, const std::filesystem::path& output,
                            const std::vector<std::filesystem::path>& inputs) {
  for (const auto& input : inputs) {
    std::error_code none_yet;
    if (std::filesystem::equivalent(output, input, none_yet))
      throw ConfigError(concat(option, " ", output.string(), ": would take the place of ",
                               input.string(), ", which is read; name another file"));
  }
}

}  // namespace vrlt::io
