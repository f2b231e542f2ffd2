#include "checkpoint/manifest.h"

#include <algorithm>
#include <map>
#include <set>

#include "vrlt/core/error.h"
#include "vrlt/io/digest.h"
#include "vrlt/io/file_reader.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_fields.h"
#include "vrlt/io/own_json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

using File = Manifest::File;

bool is_below(const fs::path& path) {
  bool escapes = path.empty() || path.is_absolute();
  for (const auto& part : path) escapes = escapes || part == "..";
  return !escapes;
}

FilePiece parse_piece(const io::OwnFields& fields, const std::string& path) {
  return {path, static_cast<uint64_t>(fields.integer("offset")),
          static_cast<uint64_t>(fields.integer("bytes", 1)), fields.text("sha256"),
          fields.integer_or("rank", 0)};
}

File parse_file(const io::OwnFields& fields) {
  File file{fields.text("path"), static_cast<uint64_t>(fields.integer("bytes")), {}};
  if (!is_below(file.path)) fields.fail("path", "a path in the checkpoint");
  if (!fields.has("pieces")) {
    file.pieces.push_back({file.path, 0, file.bytes, fields.text("sha256")});
    return file;
  }
  for (const auto& piece : fields.list("pieces"))
    file.pieces.push_back(parse_piece(
        {piece, concat(fields.place_of("pieces"), ": ", file.pieces.size() + 1)}, file.path));
  return file;
}

Manifest parse_manifest(const std::string& text, const std::string& origin, int64_t step) {
  const auto json = io::parse_json(text, origin, io::kOwnJson);
  const io::OwnFields fields(json, origin);
  if (fields.integer("step") != step) fields.fail("step", concat(step, ", as its folder says"));
  Manifest manifest{.step = step};
  for (const auto& file : fields.list("files"))
    manifest.files.push_back(
        parse_file({file, concat(origin, ": file ", manifest.files.size() + 1)}));
  if (manifest.files.empty()) fields.fail("files", "the files of the checkpoint");
  if (fields.has("removed")) manifest.removed = fields.texts("removed");
  if (!std::all_of(manifest.removed.begin(), manifest.removed.end(), is_below))
    fields.fail("removed", "paths in the checkpoint");
  return manifest;
}

/// Every byte belongs to one piece.
void check_tiling(const File& file, const std::string& origin) {
  const auto fail = [&](uint64_t begin, uint64_t end, const char* what) {
    throw CheckpointError(
        concat(origin, ": ", file.path, ": bytes ", begin, " to ", end, " are ", what));
  };
  uint64_t end = 0;
  for (const auto& piece : file.pieces) {
    if (piece.offset > end) fail(end, piece.offset, "in no piece");
    if (piece.offset < end) fail(piece.offset, std::min(end, piece.end()), "in several pieces");
    end = piece.end();
  }
  if (end < file.bytes) fail(end, file.bytes, "in no piece");
  if (end > file.bytes) fail(file.bytes, end, "behind the end of the file");
}

/// State and tensors are never there by chance; somebody's notes may be.
bool must_be_named(const fs::path& file) {
  return file == "state.json" || file.extension() == ".safetensors";
}

std::string where(const FilePiece& piece, const fs::path& folder) {
  const auto path = (folder / piece.path).string();
  const bool whole = piece.offset == 0 && piece.bytes == io::file_size(folder / piece.path);
  return whole ? path + " has"
               : concat(path, ": bytes ", piece.offset, " to ", piece.end(), " have");
}

}  // namespace

std::vector<FilePiece> Manifest::pieces() const {
  std::vector<FilePiece> all;
  for (const auto& file : files) all.insert(all.end(), file.pieces.begin(), file.pieces.end());
  return all;
}

Manifest describe_files(const fs::path& folder, int64_t step,
                        const std::vector<FilePiece>& written) {
  std::map<std::string, std::vector<FilePiece>> by_path;
  for (const auto& piece : written) by_path[piece.path].push_back(piece);
  Manifest manifest{.step = step};
  for (const auto& path : io::list_files_below(folder)) {
    File file{path.string(), io::file_size(folder / path), std::move(by_path[path.string()])};
    if (file.pieces.empty())
      file.pieces.push_back({file.path, 0, file.bytes, io::sha256_file(folder / path)});
    std::sort(file.pieces.begin(), file.pieces.end(),
              [](const auto& a, const auto& b) { return a.offset < b.offset; });
    check_tiling(file, folder.string());
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

io::Json to_json(const Manifest& manifest) {
  io::Json files = io::Json::array();
  for (const auto& file : manifest.files) {
    io::Json json = {{"path", file.path}, {"bytes", file.bytes}};
    if (file.pieces.size() == 1) {
      json["sha256"] = file.pieces.front().sha256;
    } else {
      for (const auto& piece : file.pieces)
        json["pieces"].push_back({{"offset", piece.offset},
                                  {"bytes", piece.bytes},
                                  {"sha256", piece.sha256},
                                  {"rank", piece.rank}});
    }
    files.push_back(std::move(json));
  }
  io::Json json = {{"step", manifest.step}, {"files", files}};
  if (!manifest.removed.empty()) json["removed"] = manifest.removed;
  return json;
}

Manifest read_manifest(const fs::path& folder, int64_t step) {
  const auto path = folder / kManifestName;
  if (!io::exists(path)) throw CheckpointError(concat(path.string(), " is missing"));
  const auto text = io::read_file(path, UINT64_MAX);
  Manifest manifest;
  try {
    manifest = parse_manifest(text, path.string(), step);
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
  for (const auto& file : manifest.files) check_tiling(file, path.string());
  return manifest;
}

void check_sizes(const fs::path& folder, const Manifest& manifest) {
  std::set<std::string> named(manifest.removed.begin(), manifest.removed.end());
  for (const auto& file : manifest.files) {
    const auto path = folder / file.path;
    if (!io::exists(path)) throw CheckpointError(concat(path.string(), " is missing"));
    if (io::file_size(path) != file.bytes)
      throw CheckpointError(concat(path.string(), " has another size than its manifest says"));
    named.insert(file.path);
  }
  for (const auto& file : io::list_files_below(folder))
    if (must_be_named(file) && !named.contains(file.string()))
      throw CheckpointError(concat((folder / file).string(), " is not in its manifest"));
}

void check_hash(const fs::path& folder, const FilePiece& piece) {
  constexpr uint64_t kReadBytes = 4 << 20;
  const io::FileReader file(folder / piece.path);
  io::Digest digest;
  for (uint64_t offset = piece.offset; offset < piece.end(); offset += kReadBytes)
    digest.update(file.read_at(offset, std::min(kReadBytes, piece.end() - offset)));
  if (digest.hexadecimal() != piece.sha256)
    throw CheckpointError(concat(where(piece, folder), " another hash than its manifest says"));
}

}  // namespace vrlt::checkpoint
