#include "vrlt/distributed/all_or_none.h"

#include <exception>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/core/record_codec.h"

namespace vrlt::distributed {
namespace {

/// How it went on one rank.
struct Outcome {
  bool failed = false;
  int code = 0;
  std::string message;
};

Outcome attempt(const std::function<void()>& work, std::exception_ptr& thrown) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    thrown = std::current_exception();
    return {true, static_cast<int>(error.exit_code()), error.what()};
  } catch (const std::exception& error) {
    thrown = std::current_exception();
    return {true, static_cast<int>(ExitCode::kPeerGone), error.what()};
  }
}

Outcome from_bytes(const std::string& bytes) {
  Outcome outcome;
  RecordReader reader(bytes);
  reader(outcome.failed, outcome.code, outcome.message);
  return outcome;
}

}  // namespace

void all_or_none(ProcessGroup& group, const std::function<void()>& work) {
  std::exception_ptr thrown;
  const auto own = attempt(work, thrown);
  RecordWriter writer;
  writer(own.failed, own.code, own.message);
  const auto all = group.all_gather(writer.bytes());
  for (size_t rank = 0; rank < all.size(); ++rank) {
    const auto outcome = from_bytes(all[rank]);
    if (!outcome.failed) continue;
    if (static_cast<int>(rank) == group.rank()) std::rethrow_exception(thrown);
    throw Error(static_cast<ExitCode>(outcome.code), concat("rank ", rank, ": ", outcome.message));
  }
}

}  // namespace vrlt::distributed
