#include "distributed/gloo_group.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "distributed/meeting.h"
#include "distributed/wait_notice.h"
#include "vrlt/core/error.h"
#include "vrlt/core/lines.h"

namespace vrlt::distributed {
namespace {

using std::chrono::milliseconds;

/// How long the reason of a broken connection may take to arrive after the connection broke.
constexpr milliseconds kReasonDelay{2000};

c10::intrusive_ptr<c10d::Backend> open_backend(const Launch& launch,
                                               const c10::intrusive_ptr<c10d::Store>& store,
                                               int rank, int world_size, milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(
      interface != nullptr && *interface != '\0'
          ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
          : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(launch)));
  options->group_name = "vrlt";
  return c10::make_intrusive<c10d::ProcessGroupGloo>(
      c10::make_intrusive<c10d::PrefixStore>("gloo", store), rank, world_size, options);
}

milliseconds to_milliseconds(double seconds) {
  return milliseconds(static_cast<int64_t>(seconds * 1000));
}

std::vector<int> all_ranks(int world_size) {
  std::vector<int> ranks(static_cast<size_t>(world_size));
  std::iota(ranks.begin(), ranks.end(), 0);
  return ranks;
}

/// A call that Gloo's threads work at.
class GlooTransfer : public Transfer {
 public:
  GlooTransfer(GlooGroup& group, const GlooGroup::Call& call, c10::intrusive_ptr<c10d::Work> work)
      : group_(group), call_(call), work_(std::move(work)) {}

  void wait() override {
    group_.enter(call_);
    try {
      work_->wait();
    } catch (const std::exception& error) {
      group_.report(call_, first_line(error.what()), GlooGroup::Clock::now() >= call_.deadline);
    }
    group_.complete();
  }

 private:
  GlooGroup& group_;
  GlooGroup::Call call_;
  c10::intrusive_ptr<c10d::Work> work_;
};

/// Transfers that only move are of bytes: Gloo need not know the dtype.
at::Tensor as_bytes(const at::Tensor& tensor) { return tensor.view(at::kByte); }

}  // namespace

GlooGroup::GlooGroup(const Launch& launch, const LossAction& on_loss)
    : ProcessGroup(launch.rank, launch.world_size),
      process_(meet_others(launch, on_loss)),
      members_(all_ranks(launch.world_size)),
      store_(process_->store) {
  connect();
}

GlooGroup::GlooGroup(std::shared_ptr<Process> process, std::vector<int> members, int rank,
                     c10::intrusive_ptr<c10d::Store> store)
    : ProcessGroup(rank, static_cast<int>(members.size())),
      process_(std::move(process)),
      members_(std::move(members)),
      store_(std::move(store)) {
  connect();
}

std::shared_ptr<GlooGroup::Process> GlooGroup::meet_others(const Launch& launch,
                                                           const LossAction& on_loss) {
  auto meeting = meet(launch, on_loss);
  const auto process = std::make_shared<Process>();
  process->launch = launch;
  process->on_loss = on_loss;
  process->timeout = to_milliseconds(launch.timeout_seconds);
  process->store = meeting.store;
  process->monitor = std::make_unique<PeerMonitor>(launch.rank, std::move(meeting.connections),
                                                   process->timeout, on_loss);
  process->listening.emplace(
      [monitor = process->monitor.get()](const std::string& who, bool ends_now) {
        monitor->tell_stop(who, ends_now);
      });
  return process;
}

void GlooGroup::connect() {
  const WaitNotice notice("the other ranks to connect", timeout(), process_->on_loss);
  try {
    backend_ = open_backend(process_->launch, store_, rank(), world_size(), timeout());
  } catch (const std::exception& error) {
    report({.name = "the rendezvous", .number = calls_}, first_line(error.what()), false);
  }
}

std::unique_ptr<GlooGroup> GlooGroup::subgroup(const std::vector<int>& members,
                                               const std::string& name) {
  std::vector<int> known;
  int own = 0;
  for (const int member : members) {
    if (member == rank()) own = static_cast<int>(known.size());
    known.push_back(known_as(member));
  }
  auto store = c10::make_intrusive<c10d::PrefixStore>(name, store_);
  return std::unique_ptr<GlooGroup>(
      new GlooGroup(process_, std::move(known), own, std::move(store)));
}

GlooGroup::Call GlooGroup::announce(const char* name) {
  const Call call{name, ++calls_, Clock::now() + timeout()};
  try {
    store_->set(concat("call/", rank()), concat(call.number, " ", name));
  } catch (const std::exception& error) {  // the store ended with rank 0
    report(call, first_line(error.what()), false);
  }
  return call;
}

void GlooGroup::report(const Call& call, const std::string& problem, bool overdue) {
  if (const auto loss = process_->monitor->wait_for_loss(kReasonDelay)) throw_loss(*loss);
  const int self = known_as(rank());
  if (!overdue)
    throw CommError(concat("rank ", self, " lost the others in ", call.name, ": ", problem));
  throw CommHangError(concat("rank ", self, " waited ", timeout().count() / 1000, " s in ",
                             call.name, " (call ", call.number, ") for ", ranks_behind(call)));
}

/// Which ranks have not come to the call, as far as the store tells.
std::string GlooGroup::ranks_behind(const Call& call) {
  std::string behind;
  try {
    for (int other = 0; other < world_size(); ++other) {
      const auto key = concat("call/", other);
      const std::string seen = store_->check({key}) ? store_->get_to_str(key) : "0 nothing";
      if (std::atoll(seen.c_str()) < call.number)
        behind += concat(behind.empty() ? "" : ", ", "rank ", known_as(other),
                         " (last seen in call ", seen, ")");
    }
  } catch (const std::exception&) {
    return "rank 0, whose store does not answer";
  }
  return behind.empty()
             ? "ranks that all came to it: one of them stopped inside it, or the network is stuck"
             : behind;
}

std::unique_ptr<Transfer> GlooGroup::start(const char* name, const Start& start) {
  const auto call = announce(name);
  try {
    return std::make_unique<GlooTransfer>(*this, call, start());
  } catch (const std::exception& error) {
    report(call, first_line(error.what()), false);
  }
}

std::unique_ptr<Transfer> GlooGroup::begin_all_gather(at::Tensor whole, at::Tensor own) {
  auto all = as_bytes(whole), one = as_bytes(own);
  return start("all_gather", [&] { return backend_->_allgather_base(all, one); });
}

std::unique_ptr<Transfer> GlooGroup::begin_exchange(at::Tensor received, at::Tensor parts) {
  auto to = as_bytes(received), from = as_bytes(parts);
  std::vector<int64_t> equal;
  return start("exchange", [&] { return backend_->alltoall_base(to, from, equal, equal); });
}

void GlooGroup::all_reduce_sum(at::Tensor& tensor) {
  run("all_reduce", [&] {
    std::vector<at::Tensor> tensors = {tensor};
    return backend_->allreduce(tensors);
  });
}

at::Tensor GlooGroup::gather_rows(const char* bytes, int64_t size) {
  auto own = at::empty({size}, at::kByte), all = at::empty({world_size() * size}, at::kByte);
  std::memcpy(own.mutable_data_ptr(), bytes, static_cast<size_t>(size));
  run("all_gather", [&] { return backend_->_allgather_base(all, own); });
  return all.view({world_size(), size});
}

/// One round where all are short, as most are: their lengths and bytes together. What is longer
/// follows in a second one.
std::vector<std::string> GlooGroup::all_gather(const std::string& bytes) {
  constexpr size_t kShort = 4096, kHeader = sizeof(uint64_t);
  std::string first(kHeader + kShort, '\0');
  const uint64_t length = bytes.size();
  std::memcpy(first.data(), &length, kHeader);
  std::memcpy(first.data() + kHeader, bytes.data(), std::min(bytes.size(), kShort));
  const auto heads = gather_rows(first.data(), std::ssize(first));
  std::vector<std::string> result;
  size_t longest = 0;
  for (int rank = 0; rank < world_size(); ++rank) {
    const auto* row = static_cast<const char*>(heads[rank].const_data_ptr());
    uint64_t size = 0;
    std::memcpy(&size, row, kHeader);
    result.emplace_back(row + kHeader, std::min<size_t>(size, kShort)).resize(size);
    longest = std::max<size_t>(longest, size);
  }
  if (longest <= kShort) return result;
  auto rest = bytes.substr(std::min(bytes.size(), kShort));
  rest.resize(longest - kShort);
  const auto tails = gather_rows(rest.data(), std::ssize(rest));
  for (size_t rank = 0; rank < result.size(); ++rank)
    if (result[rank].size() > kShort)
      std::memcpy(result[rank].data() + kShort, tails[static_cast<int64_t>(rank)].const_data_ptr(),
                  result[rank].size() - kShort);
  return result;
}

void GlooGroup::broadcast(at::Tensor& tensor) {
  run("broadcast", [&] {
    std::vector<at::Tensor> tensors = {tensor};
    return backend_->broadcast(tensors);
  });
}

void GlooGroup::barrier() {
  run("barrier", [&] { return backend_->barrier(); });
}

}  // namespace vrlt::distributed
