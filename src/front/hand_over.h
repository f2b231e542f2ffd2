#pragma once

namespace vrlt::front {

/// Replaces this process by the program of the same name in ../libexec/vrlt from where this one
/// lies, with the same arguments: the one that is linked with LibTorch. Process id, environment and
/// open files stay, so that launchers, pipes and signals notice nothing.
/// @throws MissingInputError if that program cannot be started.
[[noreturn]] void hand_over();

}  // namespace vrlt::front
