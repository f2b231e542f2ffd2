#include "vrlt/doctor/ask.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "vrlt/core/error.h"
#include "vrlt/core/lines.h"
#include "vrlt/io/child_process.h"

namespace vrlt::doctor {
namespace {

/// A GPU takes seconds to begin with.
constexpr std::chrono::seconds kPatience{120};

/// Takes what is there now. @return false at the end.
bool take(int descriptor, std::string& text) {
  char buffer[1 << 12];
  while (true) {
    const auto count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (count == 0) return false;
    text.append(buffer, static_cast<size_t>(count));
  }
}

/// What a program writes until it ends.
struct Said {
  std::string out, errors, end;
};

Said run(const std::filesystem::path& program) {
  io::ChildProcess child({program.string(), "--libraries"});
  Said said;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool reads_out = true, reads_errors = true;
  while ((reads_out || reads_errors) && std::chrono::steady_clock::now() < deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd descriptors[] = {{reads_out ? child.channel() : -1, POLLIN, 0},
                            {reads_errors ? child.errors() : -1, POLLIN, 0}};
    ::poll(descriptors, std::size(descriptors), static_cast<int>(left.count()));
    if (reads_out) reads_out = take(child.channel(), said.out);
    if (reads_errors) reads_errors = take(child.errors(), said.errors);
  }
  said.end = child.end(reads_out ? std::chrono::milliseconds(0) : std::chrono::seconds(1));
  return said;
}

std::vector<Finding> findings_in(const std::string& text, const std::string& origin) {
  std::vector<Finding> findings;
  const auto json = io::parse_json(text, origin);
  if (!json.is_object() || !json.contains("findings")) throw DataError(origin + ": no findings");
  for (const auto& item : json["findings"]) findings.push_back(finding_from(item));
  return findings;
}

Finding no_libraries(const std::string& what) {
  return {.part = "libraries",
          .state = State::kBad,
          .what = what,
          .advice =
              "install the whole of it: the programs in bin need libexec/vrlt and lib/vrlt "
              "beside it; those of the wheel need torch 2.11 in the same environment"};
}

}  // namespace

std::vector<Finding> ask_about_libraries(const std::filesystem::path& program) {
  Said said;
  try {
    said = run(program);
    return findings_in(said.out, program.string());
  } catch (const Error& error) {
    if (said.end.empty()) return {no_libraries(error.what())};
    return {no_libraries(concat(program.string(), " ", said.end,
                                said.errors.empty() ? "" : concat(": ", first_line(said.errors))))};
  }
}

}  // namespace vrlt::doctor
