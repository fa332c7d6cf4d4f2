#include "roformer/cli/computing.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"

namespace roformer::cli {

void add_length_options(CLI::App& command, pipeline::LengthOptions& options) {
  add_number(command, "--max-length", options.max_length,
             "tokens a sequence, special ones included (default: what the model allows)", 1,
             kMostTokens)
      ->default_str("");
  command
      .add_option_function<std::int64_t>(
          "--stride", [&options](const std::int64_t& stride) { options.stride = stride; },
          "read longer lines in windows that share so many tokens (default: a longer line is an "
          "error)")
      ->check(CLI::Range(std::int64_t{0}, kMostTokens));
  command.add_flag("--truncate", options.truncate, "cut longer lines instead of refusing them")
      ->excludes("--stride");
}

void add_answer_options(CLI::App& command, CommonOptions& options) {
  add_device_options(command, options);
  add_choice(
      command, "--compute-type", options.compute_type, product::compute_type_names(),
      "type of the products: bfloat16 (AMX, AMD with AVX512_BF16) and int8 (AMX, AVX-512 VNNI) "
      "are faster and nearly the same; auto: bfloat16 where it is faster (default: int8 of weights "
      "that are, else float32)")
      ->default_str("");
}

void apply(const CommonOptions& options, pipeline::PipelineOptions& pipeline) {
  pipeline.device = apply(options);
  pipeline.compute_type = compute_type_of(options, pipeline.device);
}

std::optional<product::ComputeType> compute_type_of(const CommonOptions& options,
                                                    c10::Device device) {
  if (options.compute_type.empty()) return std::nullopt;
  if (options.compute_type == "auto" && !device.is_cpu()) return product::ComputeType::float32;
  return product::parse_compute_type(options.compute_type);
}

c10::Device apply(const CommonOptions& options) {
  const bool is_cuda = options.device == "cuda" || options.device.starts_with("cuda:");
  base::require(is_cuda || options.device == "cpu",
                "[cli] expected --device cpu or cuda but got '{}'{}", options.device,
                base::did_you_mean(options.device, {"cpu", "cuda"}));
  base::require(!is_cuda || torch::cuda::is_available(),
                "[cli] expected a CUDA device for --device {} but found none", options.device);
  if (options.threads > 0) torch::set_num_threads(options.threads);
  return c10::Device(options.device);
}

}  // namespace roformer::cli
