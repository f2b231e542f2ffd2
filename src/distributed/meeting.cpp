#include "distributed/meeting.h"

#include <algorithm>
#include <random>
#include <sstream>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/peer_monitor.h"
#include "distributed/wait_notice.h"
#include "vrlt/core/lines.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"

namespace vrlt::distributed {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Store = c10::intrusive_ptr<c10d::Store>;

constexpr milliseconds kLongestMeeting{300000};
/// How often a rank that waits for another looks whether that one has ended, or a stop was asked
/// for.
constexpr milliseconds kLookInterval{50};
/// How often those who came hear that rank 0 still waits for others: what they have not heard from
/// for their whole timeout they take for lost, and would name it in place of the rank that is
/// missing.
constexpr milliseconds kBeatInterval{250};
/// For a rank that ends: to reach the others, and for them to try again to connect and to read why.
constexpr milliseconds kFarewellReach{1000}, kFarewellLinger{4000}, kStopLinger{500};
/// Counts the ranks that know why the one that serves the store has ended, or have ended too.
constexpr const char* kInformed = "informed";

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

std::string place(const Launch& launch) {
  return concat(launch.master_address, " port ", launch.master_port);
}

bool serves_store(const Launch& launch) { return !launch.store_is_served && launch.rank == 0; }

Store open_store(const Launch& launch, bool serve, milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(launch.master_port);
  options.isServer = serve;
  // rank 0 waits for the others below, and can name those who are missing
  options.waitWorkers = false;
  options.timeout = timeout;
  const auto store = c10::make_intrusive<c10d::TCPStore>(launch.master_address, options);
  return c10::make_intrusive<c10d::PrefixStore>(launch.store_prefix + "/vrlt", store);
}

std::string random_token() {
  std::random_device device;
  return concat(std::hex, device(), device(), device(), device());
}

std::string ended_key(int rank) { return concat("ended/", rank); }

/// What ended one of the ranks, if it said so in the store.
std::optional<Loss> farewell_of(c10d::Store& store, int rank) {
  if (!store.check({ended_key(rank)})) return {};
  return parse_loss(store.get_to_str(ended_key(rank)));
}

/// This rank's own end while it meets the others.
void leave_meeting(c10d::Store& store, const Launch& launch, const Loss& loss) {
  auto line = to_line(loss);
  line.pop_back();  // the line feed
  store.set(ended_key(launch.rank), line);
  if (!serves_store(launch)) {
    store.add(kInformed, 1);
    return;
  }
  const auto linger = loss.code == ExitCode::kStopped ? kStopLinger : kFarewellLinger;
  for (const auto start = Clock::now();
       Clock::now() - start < linger && store.add(kInformed, 0) < launch.world_size - 1;)
    std::this_thread::sleep_for(kLookInterval);
}

void end_if_stopped(c10d::Store& store, const Launch& launch) {
  if (!stop_requested()) return;
  const Loss loss = {concat("rank ", launch.rank, " was stopped before the ranks had met"),
                     ExitCode::kStopped};
  leave_meeting(store, launch, loss);
  throw_loss(loss);
}

/// What a rank said before it went, or that it said nothing.
Loss loss_of(const RankReception::Gone& gone) {
  std::istringstream lines(gone.last_words);
  for (std::string line; std::getline(lines, line);)
    if (const auto loss = parse_loss(line)) return *loss;
  return {concat("rank ", gone.rank,
                 " is gone without a word: it was killed before the ranks had met")};
}

std::map<int, Socket> receive_ranks(const Launch& launch, c10d::Store& store,
                                    milliseconds timeout) {
  Listener listener;
  const auto token = random_token();
  store.set("monitor", concat(own_address(launch), " ", listener.port(), " ", token));
  RankReception reception(listener, launch.world_size, token);
  const auto start = Clock::now();
  auto next_beat = start;
  bool told = false;
  try {
    while (!reception.complete()) {
      if (Clock::now() >= next_beat) {
        next_beat = Clock::now() + kBeatInterval;
        reception.tell_if_room(alive_line(/*calls=*/0));
      }
      if (const auto gone = reception.receive(kLookInterval)) throw_loss(loss_of(*gone));
      end_if_stopped(store, launch);
      for (const int rank : reception.missing())
        if (const auto loss = farewell_of(store, rank)) throw_loss(*loss);
      const auto waited = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
      const auto awaited = concat("rank ", reception.missing_names());
      if (!told && waited >= WaitNotice::kPatience) {
        told = true;
        log::warning(concat("waiting for ", awaited, " to start, for at most ",
                            timeout.count() / 1000, " s"));
      }
      if (waited >= timeout)
        throw CommError(concat(awaited, " did not come within ", timeout.count() / 1000, " s"));
    }
  } catch (const Error& error) {
    reception.tell(to_line({error.what(), error.exit_code()}));
    throw;
  }
  return reception.take();
}

/// Where rank 0 listens, from the store.
std::string find_first_rank(const Launch& launch, c10d::Store& store, milliseconds timeout) {
  const auto start = Clock::now();
  try {
    while (!store.check({"monitor"})) {
      end_if_stopped(store, launch);
      if (const auto loss = farewell_of(store, 0)) {
        store.add(kInformed, 1);
        throw_loss(*loss);
      }
      if (Clock::now() - start >= timeout)
        throw CommError(concat("rank 0 did not come within ", timeout.count() / 1000, " s"));
      std::this_thread::sleep_for(kLookInterval);
    }
    return store.get_to_str("monitor");
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw CommError(concat("rank 0 ended before the ranks had met: ", first_line(error.what())));
  }
}

std::map<int, Socket> join_first_rank(const Launch& launch, c10d::Store& store,
                                      milliseconds timeout) {
  std::istringstream fields(find_first_rank(launch, store, timeout));
  std::string address, token;
  int port = 0;
  fields >> address >> port >> token;
  std::map<int, Socket> connections;
  connections[0] = connect_as_rank(launch.rank, address, port, token);
  return connections;
}

}  // namespace

std::string own_address(const Launch& launch) {
  if (is_loopback(launch.master_address)) return "127.0.0.1";
  // A host name may stand for the loopback address on its own machine: then what the others were
  // given is right.
  const auto address = local_address_towards(launch.master_address);
  return is_loopback(address) ? launch.master_address : address;
}

Meeting meet(const Launch& launch, const LossAction& on_loss) {
  const auto timeout =
      std::min(milliseconds(static_cast<int64_t>(launch.timeout_seconds * 1000)), kLongestMeeting);
  Meeting meeting;
  try {
    const WaitNotice notice(concat(launch.store_is_served ? "torchrun" : "rank 0",
                                   " to serve the store at ", place(launch)),
                            timeout, on_loss);
    meeting.store = open_store(launch, serves_store(launch), timeout);
  } catch (const std::exception& error) {
    throw CommError(concat("rank ", launch.rank, " cannot ",
                           serves_store(launch) ? "serve" : "reach", " the store at ",
                           place(launch), ": ", first_line(error.what())));
  }
  const StopScope scope("nothing was begun");
  if (launch.rank == 0) {
    meeting.connections = receive_ranks(launch, *meeting.store, timeout);
  } else {
    const WaitNotice notice("rank 0 to start", timeout, on_loss);
    meeting.connections = join_first_rank(launch, *meeting.store, timeout);
  }
  return meeting;
}

void say_farewell(const Launch& launch, const Loss& loss) noexcept {
  if (launch.world_size == 1) return;
  try {
    Store store;
    try {
      store = open_store(launch, /*serve=*/serves_store(launch), kFarewellReach);
    } catch (const std::exception&) {
      if (!serves_store(launch)) throw;
      store = open_store(launch, /*serve=*/false, kFarewellReach);  // this rank serves it already
    }
    leave_meeting(*store, launch, loss);
  } catch (const std::exception&) {
    return;  // nobody waits there
  }
}

}  // namespace vrlt::distributed
