#include "vrlt/core/memory_error.h"

#include <string_view>
#include <typeinfo>

#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"

namespace vrlt {

bool is_of_torch(const std::exception& error) {
  return std::string_view(typeid(error).name()).find("3c10") != std::string_view::npos;
}

std::string text_without_trace(const std::exception& error) {
  const std::string text = error.what();
  return is_of_torch(error) ? text.substr(0, text.find("\nException raised from ")) : text;
}

bool is_of_memory(const std::exception& error) {
  const auto tells = [&] { return tells_of_memory(text_without_trace(error)); };
  if (const auto* own = dynamic_cast<const Error*>(&error))
    return (own->exit_code() == ExitCode::kBadData || own->exit_code() == ExitCode::kDisk) &&
           tells();
  const std::string_view type = typeid(error).name();
  return tells() || (is_of_torch(error) && type.find("OutOfMemoryError") != std::string_view::npos);
}

}  // namespace vrlt
