#include "vrlt/model/feature_cache.h"

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::model {
namespace fs = std::filesystem;
namespace {

constexpr int kFormatVersion = 1;  ///< Of the entries, and of how encoders compute.
constexpr const char* kFeatures = "features";
constexpr const char* kHash = "sha256";

std::string hash_of(const at::Tensor& features) {
  return io::sha256({static_cast<const char*>(features.const_data_ptr()), features.nbytes()});
}

at::Tensor read_features(const fs::path& path) {
  const checkpoint::SafetensorsFile file(path);
  const auto hash = file.metadata().find(kHash);
  if (!file.contains(kFeatures) || hash == file.metadata().end())
    throw DataError(concat(path.string(), ": expected features and their sha256"));
  // hashed as it is used: the file may change while it is mapped
  auto features = file.tensor(kFeatures).clone();
  if (features.dim() != 2 || hash_of(features) != hash->second)
    throw DataError(concat(path.string(), ": not the features that were written"));
  return features;
}

}  // namespace

FeatureCache::FeatureCache(const fs::path& folder, int64_t max_bytes, std::string encoder)
    : files_(folder, max_bytes), encoder_(std::move(encoder)) {}

fs::path FeatureCache::entry(const std::string& media_key) const {
  VRLT_CHECK(!media_key.empty(), "features of unknown media");
  return files_.path_of(io::sha256(concat(kFormatVersion, "/", encoder_, "/", media_key)),
                        "features");
}

std::optional<at::Tensor> FeatureCache::find(const std::string& media_key) {
  return files_.find(entry(media_key), read_features);
}

void FeatureCache::store(const std::string& media_key, const at::Tensor& features) {
  const auto own = features.detach().cpu().contiguous();
  files_.publish(entry(media_key), static_cast<int64_t>(own.nbytes()), [&](const fs::path& part) {
    checkpoint::write_safetensors(part, {{kFeatures, own}}, {{kHash, hash_of(own)}});
  });
}

}  // namespace vrlt::model
