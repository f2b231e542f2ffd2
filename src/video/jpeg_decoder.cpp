#include <turbojpeg.h>

#include <memory>

#include "video/still_decoders.h"
#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

struct HandleDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};

}  // namespace

Picture decode_jpeg(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  const std::unique_ptr<void, HandleDeleter> handle(tjInitDecompress());
  const auto fail = [&] {
    throw DataError(concat(name, ": JPEG: ", tjGetErrorStr2(handle.get()), " [corrupt]"));
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colors = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &width, &height, &subsampling,
                          &colors) != 0)
    fail();
  check_size(height, width, name, limits);
  if (colors == TJCS_CMYK || colors == TJCS_YCCK)
    throw DataError(concat(name, ": a CMYK JPEG; convert it to RGB [not_an_image]"));
  Picture picture{.height = height, .width = width, .channels = 3};
  picture.samples.resize(static_cast<size_t>(height) * static_cast<size_t>(width) * 3);
  // libjpeg's own defaults, which Pillow keeps: the accurate DCT and smooth chroma.
  if (tjDecompress2(handle.get(), data, bytes.size(), picture.samples.data(), width, 0, height,
                    TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) != 0) {
    const bool is_harmless =
        tjGetErrorCode(handle.get()) == TJERR_WARNING &&
        std::string_view(tjGetErrorStr2(handle.get())).find("extraneous bytes") !=
            std::string_view::npos;
    if (!is_harmless) fail();
  }
  return picture;
}

}  // namespace vrlt::video
