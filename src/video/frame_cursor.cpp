#include "video/frame_cursor.h"

#include <new>

namespace vrlt::video {

void FrameCursor::Decoded::set(const AVFrame& other, int64_t its_number) {
  av_frame_unref(frame.get());
  if (av_frame_ref(frame.get(), &other) < 0) throw std::bad_alloc();
  number = its_number;
}

void FrameCursor::jump_to(int64_t next) {
  next_ = next;
  ahead_.number = -1;
}

bool FrameCursor::reach(int64_t wanted) {
  while (shown_.number < wanted && ahead_.number <= wanted) {
    if (ahead_.number > shown_.number) {
      shown_.set(*ahead_.frame, ahead_.number);
      continue;
    }
    const AVFrame* frame = stream_.next_frame();
    if (frame == nullptr) break;
    const int64_t number = number_of_(*frame, next_);
    next_ = number + 1;
    (number > wanted ? ahead_ : shown_).set(*frame, number);
  }
  return shown_.number == wanted;
}

const RgbFrame& FrameCursor::picture() {
  const Decoded& nearest = shown_.number >= 0 ? shown_ : ahead_;
  if (rgb_number_ != nearest.number) {
    stream_.to_rgb(*nearest.frame, rgb_);
    rgb_number_ = nearest.number;
  }
  return rgb_;
}

}  // namespace vrlt::video
