#include "vrlt/command_line/run_program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <string_view>

#include "vrlt/command_line/tables.h"
#include "vrlt/core/error.h"
#include "vrlt/core/heap.h"
#include "vrlt/core/lines.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/memory_error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/core/process_start.h"

namespace vrlt::command_line {
namespace {

/// key=value, and no file of that name.
bool is_override(const std::string& argument) {
  return argument.find('=') != std::string::npos && !std::filesystem::exists(argument);
}

int report_error(const std::string& message, ExitCode code) {
  log::error(message);
  return static_cast<int>(code);
}

int report_out_of_memory(const std::string& detail) {
  return report_error(out_of_memory_message(first_line(detail)), ExitCode::kOutOfMemory);
}

/// An exception that is not ours.
int report_foreign(const std::exception& error) {
  const auto message = text_without_trace(error);
  if (is_of_memory(error)) return report_out_of_memory(message);
  return report_error((is_of_torch(error) ? "LibTorch: " : "unexpected: ") + message,
                      ExitCode::kBug);
}

/// In place of abort(), for an exception that a thread of a library or of ours lets out.
[[noreturn]] void end_after_uncaught() {
  const int code = guarded([]() -> int {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
    std::abort();
  });
  std::_Exit(code);
}

bool returns_from_main = false;

/// A library that gives up calls exit(): OpenMP's does when the system refuses it a thread.
void end_after_exit() {
  if (!returns_from_main) std::_Exit(report_out_of_memory("a library ended the program"));
}

/// In place of abort() before main, where LibTorch's libraries make what they keep: nothing of ours
/// is made yet that could say more.
[[noreturn]] void end_before_main() {
  constexpr std::string_view kText =
      "out of memory before the program has begun; allow this process more (ulimit -v, the job's "
      "limits)\n";
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText.data(), kText.size());
    std::_Exit(static_cast<int>(ExitCode::kOutOfMemory));
  } catch (...) {
  }
  std::abort();
}

void begin_before_main() { std::set_terminate(end_before_main); }

/// The loader calls what stands here before the constructors of any library.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kBeforeMain)() = begin_before_main;

/// What a program says when an exception leaves main or a thread, or a library calls exit().
void tell_of_ends() {
  static const bool told_once = [] {
    std::set_terminate(end_after_uncaught);
    std::atexit(end_after_exit);
    return true;
  }();
  static_cast<void>(told_once);
}

/// Writes what is buffered for standard output. @return why some of it was lost; 0: nothing was. A
/// write that failed earlier has left a flag without a reason, so that one more is asked for its
/// reason.
int lost_output() {
  if (std::fflush(stdout) != 0) return errno;
  if (std::ferror(stdout) == 0) return 0;
  std::clearerr(stdout);
  return std::fputc('\n', stdout) == EOF || std::fflush(stdout) != 0 ? errno : EIO;
}

/// Lets a flag set the key that it stands for.
/// @param overrides  gets it; outlives the command line.
void add_key_flag(CLI::App& cli, const KeyFlag& flag, std::vector<std::string>& overrides) {
  if (flag.value == nullptr)
    cli.add_flag_callback(
        flag.name, [=, &overrides] { overrides.push_back(std::string(flag.key) + "=true"); },
        flag.help);
  else
    cli.add_option_function<std::string>(
           flag.name,
           [=, &overrides](const std::string& text) {
             overrides.push_back(concat(flag.key, "=", flag.before, text, flag.behind));
           },
           flag.help)
        ->type_name(flag.value);
}

/// Makes of what was typed what the program is told.
/// @throws ConfigError where something is missing or says nothing.
void finish(CommandLine& command, const std::string& name,
            const std::vector<std::string>& positional, const std::vector<std::string>& of_flags,
            const std::string& resume) {
  const bool has_config =
      !positional.empty() && !(command.print_config && is_override(positional.front()));
  if (!has_config && !command.print_config)
    throw ConfigError(
        concat("no config given; usage: ", name,
               " CONFIG.yaml [key=value ...] (see --help; --print-config prints every key)"));
  if (command.ranks > 0 && !command.dry_run)
    throw ConfigError(
        "--ranks tells a --dry-run of how many ranks it is; a launcher such as torchrun starts "
        "them");
  if (!command.card.empty() && !command.dry_run)
    throw ConfigError("--card names the device that a --dry-run compares with");
  if (has_config) command.config = positional.front();
  command.overrides.assign(positional.begin() + (has_config ? 1 : 0), positional.end());
  command.overrides.insert(command.overrides.end(), of_flags.begin(), of_flags.end());
  command.resume = resume == "never"  ? Resume::kNever
                   : resume == "must" ? Resume::kMust
                                      : Resume::kAuto;
}

}  // namespace

int guarded(const std::function<int()>& body) {
  try {
    const int code = body();
    const int reason = lost_output();
    if (reason != 0 && reason != EPIPE)
      throw DiskError(concat("standard output: cannot write: ", std::strerror(reason)));
    return code;
  } catch (const StopRequested& stop) {
    log::warning(stop.what());
    return static_cast<int>(stop.exit_code());
  } catch (const ConfigError& error) {
    // No time and level before it: file:line:column at the beginning of a line is what editors jump
    // to.
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.exit_code());
  } catch (const Error& error) {
    if (is_of_memory(error)) return report_out_of_memory(error.what());
    return report_error(error.what(), error.exit_code());
  } catch (const std::filesystem::filesystem_error& error) {
    if (error.code() == std::errc::not_enough_memory) return report_out_of_memory(error.what());
    return report_error(concat(error.path1().string(), ": ", error.code().message()),
                        ExitCode::kDisk);
  } catch (const std::bad_alloc&) {
    return report_out_of_memory("");
  } catch (const std::exception& error) {
    return report_foreign(error);
  }
}

int run_parsed(CLI::App& cli, int argc, char** argv, const std::function<int()>& body) {
  tell_of_ends();
  const int code = guarded([&] {
    begin_process();
    try {
      cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return cli.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
    }
    keep_freed_memory();
    log::setup(0, 1);
    return body();
  });
  returns_from_main = true;
  return code;
}

int run_program(int argc, char** argv, const std::string& name, const std::string& description,
                const std::vector<std::string>& tables,
                const std::function<int(const CommandLine&)>& body,
                const std::vector<KeyFlag>& flags, SearchesFit searches_fit) {
  tell_of_ends();
  CLI::App cli(description + "\n", name);
  CommandLine command;
  std::vector<std::string> positional, of_flags;
  std::string resume = "auto", table_names;
  for (const auto& table : tables) table_names += (table_names.empty() ? "" : "|") + table;
  cli.set_version_flag("--version", name + " " VRLT_VERSION);
  cli.add_option(
      "config", positional,
      "CONFIG.yaml, then any number of key=value that override it (rollout.group_size=16)");
  cli.add_flag("--print-config", command.print_config,
               "print the resolved config with the help of every key, and stop; without a config: "
               "every key there is");
  cli.add_flag_callback(
      "--print-schema", [&command] { command.print_config = command.print_schema = true; },
      "print the JSON Schema of the config, by which editors complete and check it, and stop");
  cli.add_flag_callback(
      "--verbose", [] { ::setenv("VRLT_LOG", "debug", /*overwrite=*/0); },
      "log what else there is to know");
  cli.add_flag("--dry-run", command.dry_run,
               "check the config and the inputs, tell what the run would cost, and stop; exit code "
               "80 if it would not fit the device");
  cli.add_option("--ranks", command.ranks, "with --dry-run: tell it for so many ranks")
      ->check(CLI::Range(1, 1 << 20));
  cli.add_option("--card", command.card,
                 "with --dry-run: the size of the device to fit, such as 80GB; not given: the one "
                 "at hand");
  if (searches_fit == SearchesFit::kYes)
    cli.add_option("--fit", command.fit,
                   "search settings with which the run fits cards such as 8x80GB, print the "
                   "fastest, and stop; needs no weights, records or videos");
  cli.add_option("--resume", resume, "go on with the run in the folder: auto, never or must")
      ->check(CLI::IsMember({"auto", "never", "must"}));
  cli.add_option("--list", command.list, "print a table and stop: " + table_names);
  for (const auto& flag : flags) add_key_flag(cli, flag, of_flags);
  cli.footer(
      "exit codes: 0 done, 2 usage or config, 65 bad data, 66 missing input, 69 another rank is "
      "gone, 70 bug, 74 disk,\n"
      "            75 stopped (run again to go on), 80 out of memory, 81 numbers not finite, 82 a "
      "rank hangs, 83 evaluation incomplete");
  return run_parsed(cli, argc, argv, [&] {
    if (!command.list.empty()) {
      print_table(command.list);
      return 0;
    }
    finish(command, name, positional, of_flags, resume);
    command.program = name;
    command.arguments.assign(argv, argv + argc);
    return body(command);
  });
}

}  // namespace vrlt::command_line
