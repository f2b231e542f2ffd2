#include "distributed/gloo_group.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "distributed/meeting.h"
#include "distributed/wait_notice.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using std::chrono::milliseconds;

/// How long the reason of a broken connection may take to arrive after the connection broke.
constexpr milliseconds kReasonDelay{2000};

std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

c10::intrusive_ptr<c10d::Backend> open_backend(const Launch& launch, const c10::intrusive_ptr<c10d::Store>& store, milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface != nullptr && *interface != '\0' ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                                                                        : c10d::ProcessGroupGloo::createDeviceForHostname(own_address(launch)));
  options->group_name = "vrlt";
  return c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store), launch.rank, launch.world_size, options);
}

milliseconds to_milliseconds(double seconds) { return milliseconds(static_cast<int64_t>(seconds * 1000)); }

}  // namespace

GlooGroup::GlooGroup(const Launch& launch, const LossAction& on_loss)
    : ProcessGroup(launch.rank, launch.world_size), timeout_(to_milliseconds(launch.timeout_seconds)) {
  auto meeting = meet(launch, on_loss);
  store_ = meeting.store;
  monitor_ = std::make_unique<PeerMonitor>(launch.rank, std::move(meeting.connections), timeout_, on_loss);
  listening_.emplace([this](const std::string& who, bool ends_now) { monitor_->tell_stop(who, ends_now); });
  const WaitNotice notice("the other ranks to connect", timeout_, on_loss);
  try {
    backend_ = open_backend(launch, store_, timeout_);
  } catch (const std::exception& error) {
    report("the rendezvous", first_line(error), false);
  }
}

void GlooGroup::announce(const char* call) {
  monitor_->enter(call);
  try {
    store_->set(concat("call/", rank()), concat(++calls_, " ", call));
  } catch (const std::exception& error) {  // the store ended with rank 0
    report(call, first_line(error), false);
  }
}

void GlooGroup::report(const char* call, const std::string& problem, bool overdue) {
  if (const auto loss = monitor_->wait_for_loss(kReasonDelay)) throw_loss(*loss);
  if (!overdue) throw CommError(concat("rank ", rank(), " lost the others in ", call, ": ", problem));
  throw CommHangError(concat("rank ", rank(), " waited ", timeout_.count() / 1000, " s in ", call, " (call ", calls_, ") for ", ranks_behind()));
}

/// Which ranks have not come to the present call, as far as the store tells.
std::string GlooGroup::ranks_behind() {
  std::string behind;
  try {
    for (int other = 0; other < world_size(); ++other) {
      const auto key = concat("call/", other);
      const std::string seen = store_->check({key}) ? store_->get_to_str(key) : "0 nothing";
      if (std::atoll(seen.c_str()) < calls_) behind += concat(behind.empty() ? "" : ", ", "rank ", other, " (last seen in call ", seen, ")");
    }
  } catch (const std::exception&) {
    return "rank 0, whose store does not answer";
  }
  return behind.empty() ? "ranks that all came to it: one of them stopped inside it, or the network is stuck" : behind;
}

void GlooGroup::run(const char* call, const Start& start) {
  announce(call);
  const auto begin = std::chrono::steady_clock::now();
  try {
    start()->wait();
    complete();
  } catch (const std::exception& error) {
    report(call, first_line(error), std::chrono::steady_clock::now() - begin >= timeout_);
  }
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

/// One round where all are short, as most are: their lengths and bytes together. What is longer follows in a second one.
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
      std::memcpy(result[rank].data() + kShort, tails[static_cast<int64_t>(rank)].const_data_ptr(), result[rank].size() - kShort);
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
