#include "vrlt/doctor/libraries.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/rand.h>
#include <dlfcn.h>

#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/lines.h"
#include "vrlt/forecast/device.h"
#include "vrlt/io/column_file.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/avutil.h>
}

namespace vrlt::doctor {
namespace {

constexpr double kGiga = 1e9;

Finding libtorch() {
  return {.what =
              concat(VRLT_TORCH_VERSION, ", loops for ", at::get_cpu_capability(), ", ",
                     at::get_num_threads(), at::get_num_threads() == 1 ? " thread" : " threads")};
}

/// A wrong BLAS, or a processor without bfloat16, shows here and nowhere else.
Finding matrix_products() {
  constexpr double kSlow = 5.0, kShareOfFloat32 = 0.5;  // GFLOP/s of a thread
  const double wide = forecast::measured_flops("cpu", "float32").value_or(0) / kGiga;
  const double narrow = forecast::measured_flops("cpu", "bfloat16").value_or(0) / kGiga;
  Finding finding{.what = concat("on the processor ", std::lround(wide), " GFLOP/s in float32, ",
                                 std::lround(narrow), " in bfloat16")};
  if (wide < kSlow * at::get_num_threads()) {
    finding.state = State::kNote;
    finding.advice = "few for this number of threads: is the machine busy?";
  } else if (narrow < kShareOfFloat32 * wide) {
    finding.state = State::kNote;
    finding.advice = "on this processor model.dtype: float32 is the faster one";
  }
  return finding;
}

Finding video() {
  struct Codec {
    const char* name;
    AVCodecID id;
  };
  constexpr Codec kCodecs[] = {{"H.264", AV_CODEC_ID_H264}, {"HEVC", AV_CODEC_ID_HEVC},
                               {"AV1", AV_CODEC_ID_AV1},    {"VP9", AV_CODEC_ID_VP9},
                               {"VP8", AV_CODEC_ID_VP8},    {"MPEG-4", AV_CODEC_ID_MPEG4},
                               {"JPEG", AV_CODEC_ID_MJPEG}, {"PNG", AV_CODEC_ID_PNG}};
  std::string there, missing;
  for (const auto& codec : kCodecs) {
    auto& list = avcodec_find_decoder(codec.id) != nullptr ? there : missing;
    list += concat(list.empty() ? "" : ", ", codec.name);
  }
  const bool writes_h264 = avcodec_find_encoder_by_name("libx264") != nullptr;
  Finding finding{.what = concat("FFmpeg ", av_version_info(), " decodes ", there,
                                 "; vrlt-data synth writes ", writes_h264 ? "H.264" : "MPEG-4")};
  if (!missing.empty()) {
    finding.state = State::kNote;
    finding.advice = concat("files in ", missing, " cannot be read: convert them with ffmpeg");
  }
  return finding;
}

Finding tables() {
  if (io::reads_column_files()) return {.what = "Parquet and Arrow are read"};
  return {.state = State::kNote,
          .what = "Parquet is not read",
          .advice = "scripts/parquet_to_jsonl.py, or build after scripts/bootstrap.sh --parquet"};
}

/// Of the NCCL that LibTorch has loaded.
std::string nccl_version() {
  const auto version = reinterpret_cast<int (*)(int*)>(::dlsym(RTLD_DEFAULT, "ncclGetVersion"));
  int number = 0;
  if (version == nullptr || version(&number) != 0) return "no NCCL";
  constexpr int kMajor = 10000, kMinor = 100;  // since NCCL 2.9
  return concat("NCCL ", number / kMajor, ".", number / kMinor % kMinor, ".", number % kMinor);
}

Finding cuda() {
  if (!at::hasCUDA()) {
    return {.what = "this build computes on the processor",
            .advice = "for a GPU: the tarball with cuda in its name, or the preset cuda"};
  }
  constexpr long kMajor = 1000, kMinor = 10;
  const long version = at::globalContext().versionCUDART();
  const auto count = at::getNumGPUs();
  Finding finding{.what = concat("CUDA ", version / kMajor, ".", version % kMajor / kMinor, ", ",
                                 nccl_version(), "; ", count, " usable",
                                 count == 1 ? " GPU" : " GPUs")};
  if (count == 0) {
    finding.state = State::kNote;
    finding.advice =
        "model.device: cuda does not work here: no GPU, no driver, a driver older than "
        "this CUDA needs, or CUDA_VISIBLE_DEVICES hides them";
  }
  return finding;
}

/// A product on the GPU, waited for.
Finding gpu(int index) {
  constexpr int64_t kSide = 256;
  const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
  const auto options = at::TensorOptions().dtype(at::kBFloat16).device(device);
  const auto a = at::rand({kSide, kSide}, options);
  at::matmul(a, a).sum().item<float>();
  const double free = forecast::device_bytes("cuda", index).value_or(0);
  return {.what = concat("computes in bfloat16; ", std::lround(free / kGiga), " GB are free")};
}

/// What `look` finds; what it throws would not work.
template <typename Look>
Finding tried(const std::string& part, const Look& look) {
  Finding finding;
  try {
    finding = look();
  } catch (const std::exception& error) {
    finding = {.state = State::kBad, .what = first_line(error.what())};
  }
  finding.part = part;
  return finding;
}

}  // namespace

std::vector<Finding> look_at_libraries() {
  std::vector<Finding> findings = {tried("LibTorch", libtorch),
                                   tried("matrix products", matrix_products), tried("video", video),
                                   tried("tables", tables), tried("CUDA", cuda)};
  const int count = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0;
  for (int i = 0; i < count; ++i)
    findings.push_back(tried(concat("GPU ", i), [i] { return gpu(i); }));
  return findings;
}

}  // namespace vrlt::doctor
