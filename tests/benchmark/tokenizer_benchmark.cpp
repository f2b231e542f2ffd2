// tokenizer_benchmark FOLDER TEXTS.json: encodes a JSON list of texts twice with the tokenizer of a
// Hugging Face folder and prints the seconds of the second pass, the number of ids, and their
// SHA-256 (as little-endian int64). scripts/golden/tokenizer_speed.py runs it.

#include <chrono>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace {

void run(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const auto texts =
      nlohmann::json::parse(vrlt::io::read_file(file, 1ULL << 30)).get<std::vector<std::string>>();
  const auto tokenizer = vrlt::tokenizer::load_tokenizer(folder);
  std::vector<int64_t> ids;
  double seconds = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    ids.clear();
    const auto start = std::chrono::steady_clock::now();
    for (const auto& text : texts) {
      const auto more = tokenizer->encode(text);
      ids.insert(ids.end(), more.begin(), more.end());
    }
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const std::string_view bytes(reinterpret_cast<const char*>(ids.data()),
                               ids.size() * sizeof(int64_t));
  std::printf("%.9f %zu %s\n", seconds, ids.size(), vrlt::io::sha256(bytes).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: tokenizer_benchmark FOLDER TEXTS.json\n");
    return 2;
  }
  try {
    run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tokenizer_benchmark: %s\n", error.what());
    return 1;
  }
}
