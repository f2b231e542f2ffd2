#include "rewards/command_worker.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::rewards {
namespace {

constexpr size_t kChunk = 1 << 16;
constexpr size_t kMostErrorLines = 10, kLongestErrorLine = 400;
/// A program whose end of the channel is closed is about to end, and says how.
constexpr std::chrono::milliseconds kToEnd{1000};

/// A line that a program wrote, so that a terminal does not obey it.
std::string harmless(const std::string& line) {
  const auto escaped = io::to_line(io::Json(line));  // and in quotes
  std::string text;
  for (size_t i = 1; i + 1 < escaped.size(); ++i) {
    if (escaped[i] == '\\' && (escaped[i + 1] == '"' || escaped[i + 1] == '\\')) ++i;
    text += escaped[i];
  }
  return text;
}

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

void CommandWorker::start(double timeout_seconds) {
  received_.clear();
  error_line_.clear();
  error_lines_.clear();
  errors_open_ = true;
  child_.emplace(words_);
  send(hello_line(), timeout_seconds);
}

void CommandWorker::send(std::string line, double timeout_seconds) {
  to_send_ = std::move(line);
  sent_ = 0;
  timeout_seconds_ = timeout_seconds;
  deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(timeout_seconds));
}

void CommandWorker::watch(std::vector<pollfd>& descriptors) const {
  if (!child_) return;
  const bool writes = sent_ < to_send_.size();
  descriptors.push_back(
      {child_->channel(), static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0});
  if (errors_open_) descriptors.push_back({child_->errors(), POLLIN, 0});
}

std::optional<std::string> CommandWorker::exchange() {
  write();
  const bool ended = !read();
  read_errors();
  if (const auto end = received_.find('\n'); end != std::string::npos && end <= kMaxLineBytes) {
    auto line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
  }
  if (received_.size() > kMaxLineBytes)
    throw CommandFailure{"command_flood", concat("wrote more than ", kMaxLineBytes,
                                                 " bytes without the end of a line")};
  if (ended) {
    const auto how = child_->end(kToEnd);
    read_errors();
    throw CommandFailure{"command_crash", how};
  }
  if (Clock::now() >= deadline_)
    throw CommandFailure{"command_timeout", concat("no answer within ", timeout_seconds_, " s")};
  return {};
}

/// What cannot be written because the program has ended is told by read().
void CommandWorker::write() {
  while (sent_ < to_send_.size()) {
    const auto count = ::send(child_->channel(), to_send_.data() + sent_, to_send_.size() - sent_,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    sent_ += static_cast<size_t>(count);
  }
}

/// @return false at the end of what it writes.
bool CommandWorker::read() {
  char buffer[kChunk];
  while (received_.size() <= kMaxLineBytes) {
    const auto count = ::recv(child_->channel(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 && would_wait();
    received_.append(buffer, static_cast<size_t>(count));
  }
  return true;
}

/// As much as is there now, and no more: a program that floods shall not keep us here.
void CommandWorker::read_errors() {
  constexpr int kMostChunks = 16;
  char buffer[kChunk];
  for (int i = 0; i < kMostChunks; ++i) {
    const auto count = ::read(child_->errors(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errors_open_ = false;
    if (count <= 0) return;
    keep_words({buffer, static_cast<size_t>(count)});
  }
}

void CommandWorker::keep_words(std::string_view text) {
  for (const char c : text) {
    if (c != '\n') {
      if (error_line_.size() < kLongestErrorLine) error_line_ += c;
      continue;
    }
    log::debug(concat(words_.front(), ": ", io::excerpt(error_line_)));
    error_lines_.push_back(std::move(error_line_));
    error_line_.clear();
    if (error_lines_.size() > kMostErrorLines) error_lines_.pop_front();
  }
}

void CommandWorker::close_input() {
  if (child_) child_->finish(std::chrono::milliseconds(0));
}

void CommandWorker::stop(std::chrono::milliseconds patience) {
  if (child_ && patience.count() > 0) child_->finish(patience);
  child_.reset();
}

std::string CommandWorker::last_words() const {
  std::string text;
  const auto add = [&](const std::string& line) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) text += "\n  " + harmless(line);
  };
  for (const auto& line : error_lines_) add(line);
  add(error_line_);
  return text;
}

}  // namespace vrlt::rewards
