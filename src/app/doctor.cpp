#include "vrlt/app/doctor.h"

#include <cstdio>
#include <utility>

#include "vrlt/doctor/libraries.h"
#include "vrlt/doctor/machine.h"

namespace vrlt::app {

int run_doctor(const DoctorCommand& command) {
  auto of_libraries = doctor::look_at_libraries();
  if (command.libraries) return doctor::tell(of_libraries, /*json=*/true);
  auto findings = doctor::look_at_machine();
  for (auto& finding : of_libraries) findings.push_back(std::move(finding));
  return doctor::tell(findings, command.json);
}

}  // namespace vrlt::app
