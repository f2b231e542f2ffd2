#include "video/cached_clip.h"

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::video {
namespace {

constexpr const char* kFrames = "frames";
constexpr const char* kClip = "clip";
constexpr const char* kHash = "sha256";

std::string hash_of(const at::Tensor& frames, const std::string& text) {
  return io::sha256(
      io::sha256({static_cast<const char*>(frames.const_data_ptr()), frames.nbytes()}) + text);
}

void require(bool condition, const std::filesystem::path& path, const char* expected) {
  if (!condition)
    throw DataError(concat(path.string(), ": not a cached clip, expected ", expected));
}

}  // namespace

void write_cached_clip(const std::filesystem::path& path, const Clip& clip) {
  // A field that is added does not compile until it is named here too.
  [[maybe_unused]] const auto& [all_frames, seconds, sample_fps, duration, file_frames,
                                num_file_frames, file_fps, file_seconds, start_seconds, warnings,
                                notes, key] = clip;
  const auto frames = clip.frames.contiguous();
  auto note_texts = io::Json::array();
  for (const auto& note : notes) note_texts.push_back({note.kind, note.text});
  const auto text = io::to_line({{"size", frames.sizes().vec()},
                                 {"frame_seconds", clip.frame_seconds},
                                 {"sample_fps", clip.sample_fps},
                                 {"duration_seconds", clip.duration_seconds},
                                 {"file_frames", clip.file_frames},
                                 {"num_file_frames", clip.num_file_frames},
                                 {"file_fps", clip.file_fps},
                                 {"file_seconds", clip.file_seconds},
                                 {"start_seconds", clip.start_seconds},
                                 {"warnings", clip.warnings},
                                 {"notes", note_texts}});
  checkpoint::write_safetensors(path, {{kFrames, frames}},
                                {{kClip, text}, {kHash, hash_of(frames, text)}});
}

Clip read_cached_clip(const std::filesystem::path& path) {
  const checkpoint::SafetensorsFile file(path);
  const auto& metadata = file.metadata();
  require(file.contains(kFrames) && metadata.count(kClip) != 0 && metadata.count(kHash) != 0, path,
          "frames, clip and sha256");
  Clip clip;
  // hashed as it is used: the file may change while it is mapped
  clip.frames = file.tensor(kFrames).clone();
  const auto& text = metadata.at(kClip);
  require(hash_of(clip.frames, text) == metadata.at(kHash), path, "the hash that it names");
  try {
    const auto values = io::parse_json(text, path.string());
    require(clip.frames.scalar_type() == at::kByte &&
                values.at("size") == io::Json(clip.frames.sizes().vec()),
            path, "bytes of the size it names");
    require(clip.frames.dim() == 4 && clip.frames.size(1) == 3, path, "frames [F, 3, H, W]");
    clip.frame_seconds = values.at("frame_seconds").get<std::vector<double>>();
    clip.sample_fps = values.at("sample_fps").get<double>();
    clip.duration_seconds = values.at("duration_seconds").get<double>();
    clip.file_frames = values.at("file_frames").get<std::vector<int64_t>>();
    clip.num_file_frames = values.at("num_file_frames").get<int64_t>();
    clip.file_fps = values.at("file_fps").get<double>();
    clip.file_seconds = values.at("file_seconds").get<double>();
    clip.start_seconds = values.at("start_seconds").get<double>();
    clip.warnings = values.at("warnings").get<std::vector<std::string>>();
    for (const auto& note : values.at("notes"))
      clip.notes.push_back({note.at(0).get<std::string>(), note.at(1).get<std::string>()});
  } catch (const io::Json::exception& error) {
    throw DataError(concat(path.string(), ": ", error.what()));
  }
  require(clip.frame_seconds.size() == static_cast<size_t>(clip.frames.size(0)), path,
          "a time for every frame");
  return clip;
}

}  // namespace vrlt::video
