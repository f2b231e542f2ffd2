#pragma once

namespace vrlt::app {

/// What `vrlt-doctor` is asked to do.
struct DoctorCommand {
  bool json = false;
  /// Only what the libraries say, as a line of JSON: how the program in bin asks the one with them.
  bool libraries = false;
};

/// Looks at this machine and this installation and prints what it finds.
/// @return 0, or 1 where something would not work.
int run_doctor(const DoctorCommand& command);

}  // namespace vrlt::app
