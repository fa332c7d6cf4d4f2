#include "roformer/pipeline/embed_fingerprint.h"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <set>

#include "roformer/base/hash.h"
#include "roformer/checkpoint/config_file.h"

namespace roformer::pipeline {
namespace {

std::uint64_t fingerprint_of_tensor(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor bytes = tensor.detach().cpu().contiguous();
  const auto shape = bytes.sizes();
  const std::uint64_t seed = base::hash_bytes(
      fmt::format("{} {} {}", name, fmt::join(shape, ","), static_cast<int>(bytes.scalar_type())));
  return base::hash_bytes({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()}, seed);
}

std::uint64_t fingerprint_of_files(const std::filesystem::path& folder, std::uint64_t seed) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  for (const auto& file : files) {
    seed = base::hash_bytes(file.filename().native(), seed);
    seed = base::hash_bytes(base::MappedFile(file).view(), seed);
  }
  return seed;
}

}  // namespace

std::uint64_t fingerprint_of(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& item : module.named_parameters()) all.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) all.emplace_back(item.key(), item.value());
  std::vector<std::uint64_t> sums(all.size());
  at::parallel_for(0, std::ssize(all), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      sums[i] = fingerprint_of_tensor(all[i].first, all[i].second);
  });
  return base::hash_values(std::span<const std::uint64_t>(sums));
}

std::uint64_t fingerprint_of(const model::EncoderConfig& config) {
  checkpoint::CheckpointConfig whole;
  whole.encoder = config;
  return base::hash_bytes(checkpoint::format_config(whole));
}

std::uint64_t fingerprint_of(const EmbedOptions& options) {
  std::string text;
  for (const Pooling pooling : options.poolings)
    text += fmt::format("{} ", static_cast<int>(pooling));
  text += fmt::format(
      "{} {} {} {} {} {} {} {} {}", options.normalize.value_or(false), options.include_prompt,
      options.dimensions.value_or(0), options.two_sided, options.length.max_length,
      options.length.truncate, options.length.stride.value_or(-1),
      options.source_fingerprint ? options.source_fingerprint() : 0,
      product::compute_type_name(options.compute_type.value_or(product::ComputeType::float32)));
  return base::hash_bytes(options.prompt.value_or(""), base::hash_bytes(text));
}

std::uint64_t fingerprint_of(const checkpoint::Folder& folder, const SentenceSettings& settings) {
  std::uint64_t sum = base::hash_bytes(folder.config_text());
  for (const SentenceStep& step : settings.steps) {
    sum = base::derive(sum, static_cast<std::uint64_t>(step.kind));
    if (step.kind == SentenceStep::Kind::dense) sum = fingerprint_of_files(step.folder, sum);
  }
  return sum;
}

}  // namespace roformer::pipeline
