#pragma once

#include <filesystem>

namespace vrlt::front {

/// The program of this one's name in ../libexec/vrlt from where this one lies: the one that is
/// linked with LibTorch.
std::filesystem::path program_with_libraries();

/// Replaces this process by that program, with the same arguments. Process id, environment and
/// open files stay, so that launchers, pipes and signals notice nothing.
/// @throws MissingInputError if that program cannot be started.
[[noreturn]] void hand_over();

}  // namespace vrlt::front
