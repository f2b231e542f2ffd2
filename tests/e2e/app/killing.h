#pragma once

#include <functional>
#include <random>

#include "tests/e2e/app/small_world.h"

namespace vrlt::test {

/// Runs a program to its end although it is killed ten times at random points: after each kill it
/// is started again. A run that ends before the tenth kill is followed by another one in a new
/// folder, so that the number of kills does not depend on the speed of the machine.
/// @param arguments   of a run of this name.
/// @param progress    lines or files of the run folder that grow while it works.
/// @param check       looks at a finished run.
inline void kill_ten_times(
    const std::string& program,
    const std::function<std::vector<std::string>(const std::string& name)>& arguments,
    const std::function<int64_t(const std::filesystem::path& run_folder)>& progress,
    int exit_code_at_end,
    const std::function<void(const std::filesystem::path& run_folder)>& check) {
  constexpr int kKills = 10;
  const auto& world = SmallWorld::get();
  std::mt19937 random(20240607);  // fixed: the same plan of kills every time
  const auto below = [&](int64_t bound) {
    return static_cast<int64_t>(random() % static_cast<uint32_t>(bound));
  };
  int kills = 0;
  for (int run = 0; kills < kKills; ++run) {
    ASSERT_LT(run, kKills) << "runs end before they can be killed";
    const auto name = "killed-" + program + "-" + arguments("").front() + "-" + std::to_string(run);
    const auto folder = world.run_folder(name);
    for (bool finished = false; !finished;) {
      const bool kill = kills < kKills;
      const int64_t starts = count_lines(folder / "command.txt");
      Process process(SmallWorld::program(program), arguments(name), world.options());
      // Every third kill falls into the start, before or while the state of the last one is read;
      // the others into the work.
      bool alive = process.wait_until([&] { return count_lines(folder / "command.txt") > starts; });
      const int64_t before = progress(folder), more = kills % 3 == 2 ? 0 : 1 + below(4);
      if (kill && more > 0)
        alive = alive && process.wait_until([&] { return progress(folder) >= before + more; });
      if (kill) alive = alive && process.run_for(below(25));
      if (kill && alive) process.send(SIGKILL);
      const auto result = process.wait();
      finished = result.signal != SIGKILL;
      if (!finished)
        ++kills;
      else
        ASSERT_EQ(result.exit_code, exit_code_at_end) << result.err;
    }
    check(folder);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace vrlt::test
