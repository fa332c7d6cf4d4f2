#include "roformer/convert/convert.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <set>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/checkpoint/foreign_names.h"
#include "roformer/checkpoint/int8_tensors.h"
#include "roformer/checkpoint/weight_names.h"
#include "roformer/convert/companion_files.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/product/narrow_weight.h"
#include "roformer/unicode/utf8.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPositionTable = "encoder.embed_positions.weight";

bool to_tensorflow(const ConvertOptions& options) {
  return options.format->naming == format::Naming::tensorflow;
}

bool is_floating_point(format::Dtype dtype) {
  // Two numbers to a byte are no numbers to convert.
  return dtype != format::Dtype::f4_e2m1_x2 && at::isFloatingType(format::scalar_type(dtype));
}

std::size_t output_bytes(const format::OutputTensor& tensor) {
  return format::byte_size(tensor.shape, tensor.dtype, tensor.name);
}

// What shall stand before them; none: what stands there.
std::optional<std::string> choose_prefix(const checkpoint::Folder& folder, NamePrefix prefix,
                                         bool to_tensorflow) {
  switch (prefix) {
    case NamePrefix::none:
      return "";
    case NamePrefix::roformer:
      return "roformer.";
    case NamePrefix::bert:
      return "bert.";
    case NamePrefix::keep:
      return std::nullopt;
    case NamePrefix::model:
      break;
  }
  const auto found = checkpoint::find_encoder_prefix(folder.weights());
  if (found && to_tensorflow) return "bert.";  // whatever the model, as bert4keras
  if (!found || found->empty() || !folder.has_config()) return std::nullopt;
  return folder.stated_config().encoder.model_type + ".";
}

void require_name(const std::string& name, const fs::path& file) {
  bool valid = true;
  for (std::size_t at = 0; at < name.size() && valid;) {
    const auto decoded = unicode::decode_utf8(name.data() + at, name.data() + name.size());
    valid = decoded.code != unicode::kReplacementCharacter;
    at += decoded.size;
  }
  base::require(valid, "[convert] {}: expected names in UTF-8 but got '{}'", file.string(),
                format::printable(name));
}

// Of what is not int8 beside int8.
format::Dtype float_type(const ConvertOptions& options) {
  return options.to_int8() ? format::Dtype::f32 : options.dtype.value_or(format::Dtype::f32);
}

// The tensor in another type; a note if numbers become infinite, which float16 does from 65,520 on.
torch::Tensor in_type(const torch::Tensor& tensor, at::ScalarType type, const std::string& name,
                      std::vector<std::string>& notes) {
  torch::Tensor result = tensor.to(type);
  if (type == at::kHalf && tensor.scalar_type() != at::kHalf) {
    const auto lost = (result.isinf().sum() - tensor.isinf().sum()).item<std::int64_t>();
    if (lost > 0)
      notes.push_back(fmt::format("{} numbers of {} are too large for float16 and became infinite",
                                  lost, format::printable(name)));
  }
  return result;
}

// The tensor's name, type and layout in the new file; what goes wrong later is noted.
format::OutputTensor plan_tensor(const checkpoint::Weights& weights, const std::string& name,
                                 const std::optional<std::string>& prefix,
                                 const ConvertOptions& options, std::vector<std::string>& notes) {
  const format::TensorFacts& facts = weights.entries().at(name);
  format::OutputTensor output{name, facts.dtype, facts.shape, {}};
  if (options.dtype && is_floating_point(facts.dtype)) output.dtype = float_type(options);
  if (prefix) output.name = checkpoint::with_prefix(name, *prefix);
  bool transposed = false;
  if (to_tensorflow(options)) {
    checkpoint::ForeignName foreign = checkpoint::to_tensorflow(output.name, facts.shape.size());
    output.name = std::move(foreign.name);
    transposed = foreign.transposed;
    if (transposed) std::swap(output.shape[0], output.shape[1]);
  } else if (options.spelling == NameSpelling::gamma_beta) {
    output.name = checkpoint::to_gamma_beta(output.name);
  }
  output.make = [&weights, &notes, name, transposed, type = format::scalar_type(output.dtype)] {
    const torch::Tensor tensor = in_type(weights.tensor(name), type, name, notes);
    return transposed ? tensor.t() : tensor;
  };
  return output;
}

// Integers, scales and factors, each made anew when its turn comes.
std::vector<format::OutputTensor> plan_int8(const checkpoint::Weights& weights,
                                            const std::string& name,
                                            const format::OutputTensor& plain) {
  const std::string weighing = checkpoint::weighing_name(name);
  const std::string other = weights.has(weighing) ? weighing : name;
  const auto factors = [&weights, other] { return product::input_factors(weights.tensor(other)); };
  const auto values = [&weights, name, factors] {
    product::Int8Values made;
    base::at_place(format::printable(name),
                   [&] { made = product::quantize_weight(weights.tensor(name), factors()); });
    return made;
  };
  return {{plain.name, format::Dtype::i8, plain.shape, [values] { return values().integers; }},
          {checkpoint::scale_name(plain.name),
           format::Dtype::f32,
           {plain.shape[0]},
           [values] { return values().scales; }},
          {checkpoint::factor_name(plain.name), format::Dtype::f32, {plain.shape[1]}, factors}};
}

// Adds RoFormer's table unless the file has it.
void add_position_table(const checkpoint::Folder& folder, const std::string& prefix,
                        const ConvertOptions& options, std::vector<format::OutputTensor>& tensors,
                        std::vector<std::string>& notes) {
  const model::EncoderConfig encoder = folder.stated_config().encoder;
  base::require(encoder.model_type == "roformer",
                "[convert] {}: expected model_type roformer for a table of sines but got {}",
                folder.path().string(), encoder.model_type);
  const auto& entries = folder.weights().entries();
  const bool has_table = std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
    return entry.first.ends_with(kPositionTable);
  });
  if (has_table) {
    notes.push_back("the file has embed_positions already; kept as it is");
    return;
  }
  format::OutputTensor output{prefix + kPositionTable,
                              float_type(options),
                              {encoder.max_position_embeddings, encoder.head_size()},
                              {}};
  if (to_tensorflow(options)) output.name = checkpoint::to_tensorflow(output.name, 2).name;
  output.make = [shape = output.shape, type = format::scalar_type(output.dtype)] {
    return embed_positions_table(shape[0], shape[1]).to(type);
  };
  tensors.push_back(std::move(output));
}

// bert4keras computes RoFormer's table of sines and has no tensor for it.
bool is_left_out(std::string_view name, const ConvertOptions& options) {
  return to_tensorflow(options) && !options.embed_positions && name.ends_with(kPositionTable);
}

std::vector<format::OutputTensor> plan_tensors(const checkpoint::Weights& weights,
                                               const std::optional<std::string>& prefix,
                                               const ConvertOptions& options,
                                               std::vector<std::string>& left_out,
                                               std::vector<std::string>& notes) {
  std::vector<format::OutputTensor> outputs;
  std::set<std::string> names;
  for (const auto& [name, facts] : weights.entries()) {
    require_name(name, weights.path());
    if (is_left_out(name, options)) {
      left_out.push_back(name);
      continue;
    }
    format::OutputTensor plain = plan_tensor(weights, name, prefix, options, notes);
    std::vector<format::OutputTensor> planned;
    if (options.to_int8() && checkpoint::may_be_int8(name, facts)) {
      planned = plan_int8(weights, name, plain);
    } else {
      planned.push_back(std::move(plain));
    }
    for (format::OutputTensor& output : planned) {
      base::require(names.insert(output.name).second,
                    "[convert] {}: expected each new name once but '{}' would be there twice",
                    weights.path().string(), format::printable(output.name));
      outputs.push_back(std::move(output));
    }
  }
  return outputs;
}

// Tensors in order, in files of at most `limit` bytes; a larger tensor has one of its own.
format::Shards split(std::vector<format::OutputTensor> tensors, std::size_t limit) {
  format::Shards shards(1);
  std::size_t filled = 0;
  for (format::OutputTensor& tensor : tensors) {
    const std::size_t size = output_bytes(tensor);
    if (!shards.back().empty() && filled + size > limit) {
      shards.emplace_back();
      filled = 0;
    }
    filled += size;
    shards.back().push_back(std::move(tensor));
  }
  return shards;
}

// Names of an encoder-decoder have neither prefix nor spelling to choose.
void require_translation_options(const fs::path& folder, const ConvertOptions& options) {
  base::require(!to_tensorflow(options) && options.prefix == NamePrefix::model &&
                    options.spelling == NameSpelling::huggingface && !options.embed_positions,
                "[convert] {}: expected no --format tensorflow, --prefix, --names or "
                "--embed-positions for an encoder-decoder, whose names are Marian's",
                folder.string());
}

void require_int8_options(const checkpoint::Weights& weights, const ConvertOptions& options) {
  if (!options.to_int8()) return;
  base::require(std::string_view(options.format->name) == "safetensors",
                "[convert] {}: expected --format safetensors for int8 but got {}",
                weights.path().string(), options.format->name);
  base::require(weights.int8_count() == 0,
                "[convert] {}: expected weights in float to make int8 of but got int8: copy the "
                "folder",
                weights.path().string());
}

}  // namespace

ConvertReport convert(const fs::path& from, const fs::path& to, const ConvertOptions& options,
                      const std::function<void(std::size_t, std::size_t)>& on_bytes) {
  const checkpoint::Folder folder(from);
  const checkpoint::Weights& weights = folder.weights();
  if (folder.is_translation()) require_translation_options(folder.path(), options);
  require_int8_options(weights, options);
  ConvertReport report;
  report.left_out = weights.training_state();
  report.notes = weights.notes();
  if (weights.int8_count() > 0)
    report.notes.push_back(
        "the weights of int8 are widened: they stay the numbers that their integers stand for");
  const auto prefix = choose_prefix(folder, options.prefix, to_tensorflow(options));
  std::vector<format::OutputTensor> tensors =
      plan_tensors(weights, prefix, options, report.left_out, report.notes);
  if (options.embed_positions) {
    const auto found = checkpoint::find_encoder_prefix(weights).value_or("");
    add_position_table(folder, prefix.value_or(found), options, tensors, report.notes);
  }
  for (const format::OutputTensor& tensor : tensors) report.bytes += output_bytes(tensor);
  report.tensors = tensors.size();

  const format::Shards shards = split(std::move(tensors), options.max_shard_size);
  report.files = options.format->file_names(shards.size());
  prepare_target(folder.path(), to, report.files, options.force);
  std::size_t done = 0;
  options.format->write(to, shards, [&](std::size_t written) {
    done += written;
    weights.drop_pages();
    on_bytes(done, report.bytes);
  });
  write_companions(folder, to, options, report);
  return report;
}

torch::Tensor embed_positions_table(std::int64_t positions, std::int64_t head_size) {
  constexpr double kBase = 10000.0;
  const torch::Tensor columns = torch::arange(head_size, torch::kDouble);
  // Columns 2i and 2i + 1 have the same angle; the even ones are sines.
  const torch::Tensor exponents = columns.div(2, "floor").mul(2.0 / static_cast<double>(head_size));
  const torch::Tensor angles = torch::arange(positions, torch::kDouble).unsqueeze(1) /
                               torch::pow(kBase, exponents).unsqueeze(0);
  const torch::Tensor sines = angles.slice(1, 0, head_size, 2).sin();
  const torch::Tensor cosines = angles.slice(1, 1, head_size, 2).cos();
  return torch::cat({sines, cosines}, 1).to(torch::kFloat);
}

}  // namespace roformer::convert
