#include "roformer/pipeline/kept_vectors.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <string>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/format/safetensors.h"

namespace roformer::pipeline {
namespace {

constexpr const char* kTensor = "vectors";
constexpr const char* kMadeOf = "made_of";

std::uint64_t checksum_of(const torch::Tensor& vectors) {
  return base::hash_bytes({static_cast<const char*>(vectors.const_data_ptr()), vectors.nbytes()});
}

// A whole number of the metadata. Throws Error for one that is none.
std::uint64_t number_at(const format::Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  const std::string text = found == metadata.end() ? "" : found->second;
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  base::require(failed == std::errc() && end == text.data() + text.size(),
                "expected {} but got '{}'", key, text);
  return number;
}

// Throws Error where the file is damaged.
LineVectors checked_vectors(const format::SafetensorsFile& file) {
  LineVectors lines;
  lines.vectors = file.tensor(kTensor);
  base::require(lines.vectors.dim() == 2 && lines.vectors.scalar_type() == torch::kFloat &&
                    number_at(file.metadata(), "checksum") == checksum_of(lines.vectors),
                "expected the vectors that were written but got others");
  lines.cut = static_cast<std::int64_t>(number_at(file.metadata(), "cut"));
  lines.first_cut = static_cast<std::int64_t>(number_at(file.metadata(), "first_cut"));
  return lines;
}

}  // namespace

std::optional<LineVectors> read_kept_vectors(const std::filesystem::path& path, std::uint64_t key,
                                             std::string& why) {
  std::error_code unseen;
  if (!std::filesystem::is_regular_file(path, unseen)) return std::nullopt;
  try {
    const format::SafetensorsFile file(path);
    if (file.metadata().contains(kMadeOf)) {
      if (number_at(file.metadata(), kMadeOf) == key) return checked_vectors(file);
      why =
          fmt::format("{}: kept vectors of another text, model or options: they are computed anew",
                      path.string());
      return std::nullopt;
    }
  } catch (const Error& error) {
    why =
        fmt::format("{}: damaged ({}): the vectors are computed anew", path.string(), error.what());
    return std::nullopt;
  }
  base::fail(
      "[pipeline] {}: expected vectors that were kept here but got a file of other tensors, "
      "which is not written over",
      path.string());
}

void keep_vectors(const std::filesystem::path& path, std::uint64_t key, const LineVectors& lines,
                  const std::string& why) {
  const torch::Tensor vectors = lines.vectors.contiguous();
  const format::Metadata metadata = {{kMadeOf, std::to_string(key)},
                                     {"checksum", std::to_string(checksum_of(vectors))},
                                     {"cut", std::to_string(lines.cut)},
                                     {"first_cut", std::to_string(lines.first_cut)}};
  try {
    if (path.has_parent_path()) base::make_folder(path.parent_path());
    base::require(!std::filesystem::is_directory(path),
                  "[pipeline] {}: expected a file but got a folder", path.string());
    format::save_tensors(path, {{kTensor, vectors}}, metadata);
    if (!why.empty()) spdlog::warn("{}", why);
  } catch (const Error& error) {
    spdlog::warn("{}{}the candidates' vectors are not kept for the next time: {}", why,
                 why.empty() ? "" : "; ", error.what());
  }
}

}  // namespace roformer::pipeline
