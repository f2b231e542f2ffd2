#pragma once

#include <memory>

namespace vrlt::distributed {

/// A transfer between ranks that is under way. Its tensors stay as they are, and its group lives,
/// until wait() returns. Ranks that have started several may wait for them in any order.
class Transfer {
 public:
  virtual ~Transfer() = default;

  /// To be called once. Work queued on the current stream from here on sees the result. @throws as
  /// a call of ProcessGroup.
  virtual void wait() = 0;
};

/// One that has ended already.
std::unique_ptr<Transfer> finished_transfer();

}  // namespace vrlt::distributed
