#pragma once

#include <exception>
#include <string>

namespace vrlt {

/// Whether memory of this process ran out: an error of the C library, of LibTorch or of a file.
/// What another rank died of is told by that rank.
bool is_of_memory(const std::exception& error);

/// Whether LibTorch has thrown it, by the name of its type: this folder is also of programs without
/// LibTorch.
bool is_of_torch(const std::exception& error);

/// The text of an error of LibTorch without the backtrace behind it; of any other as it is.
std::string text_without_trace(const std::exception& error);

}  // namespace vrlt
