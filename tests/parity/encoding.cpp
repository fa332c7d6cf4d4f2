// One position encoding on given queries, keys and values, for tests/parity/test_encodings.py:
//   parity_driver encoding OPTIONS.json INPUTS OUT
// OPTIONS has config.json's keys of encodings, and num_heads, head_size, max_positions, causal.
// INPUTS: q, k, v (G, H, T, D), positions (G, T) if they are not 0 .. T − 1, query_weight,
// query_bias, key_weight, key_bias if the encoding reads the layer's products, and the encoding's own
// parameters as "parameter.NAME". OUT: bias and scores (G, H, T, T), output (G, H, T, D) after
// softmax over all keys.
#include <fmt/ranges.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <string>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/position/position_encoding.h"
#include "tests/parity/driver.h"

namespace {

using namespace roformer;
using format::TensorMap;
using torch::Tensor;

position::EncodingOptions read_options(const std::string& path) {
  const auto json = base::parse_json(base::read_file(path), path);
  position::EncodingOptions options;
  options.settings.name = json.at("position_encoding");
  position::for_each_option(options.settings, [&](const base::Option& option, auto& value) {
    if (json.contains(option.key)) json.at(option.key).get_to(value);
  });
  position::validate(options.settings);
  options.num_heads = json.at("num_heads");
  options.head_size = json.at("head_size");
  options.max_positions = json.value("max_positions", 512);
  options.causal = json.value("causal", false);
  options.hidden_size = options.embedding_size = options.num_heads * options.head_size;
  options.num_layers = 1;
  options.vocab_size = 1;
  return options;
}

void set_parameters(position::PositionEncoding& encoding, const TensorMap& inputs) {
  const torch::NoGradGuard no_gradient;
  for (auto& item : encoding.named_parameters()) {
    const auto found = inputs.find("parameter." + item.key());
    base::require(found != inputs.end(), "expected parameter.{} {} but there is none", item.key(),
                  fmt::join(item.value().sizes(), " x "));
    base::require(item.value().sizes() == found->second.sizes(), "expected parameter.{} as {}",
                  item.key(), fmt::join(item.value().sizes(), " x "));
    item.value().copy_(found->second);
  }
}

Tensor optional(const TensorMap& inputs, const std::string& name) {
  const auto found = inputs.find(name);
  return found == inputs.end() ? Tensor() : found->second;
}

TensorMap run(position::PositionEncoding& encoding, const TensorMap& inputs) {
  const Tensor q = inputs.at("q"), k = inputs.at("k"), v = inputs.at("v");
  Tensor ids = optional(inputs, "positions");
  if (!ids.defined()) ids = torch::arange(q.size(2)).expand({q.size(0), -1}).contiguous();
  const position::Projections projections{
      optional(inputs, "query_weight"), optional(inputs, "query_bias"),
      optional(inputs, "key_weight"), optional(inputs, "key_bias")};
  const Tensor bias = encoding.score_bias({q, k, ids, ids, 0, projections});
  const Tensor scores =
      torch::matmul(q, k.transpose(-1, -2)) / encoding.score_divisor(q.size(-1)) + bias;
  const Tensor weights = torch::softmax(scores, -1);
  Tensor output = torch::matmul(weights, v);
  if (encoding.acts_on_values()) output = output + encoding.value_term({weights, ids, ids, 0});
  return {{"bias", bias.expand_as(scores).contiguous()}, {"scores", scores}, {"output", output}};
}

}  // namespace

namespace roformer::parity {

void run_encoding(const std::string& options, const std::string& inputs, const std::string& out) {
  const torch::NoGradGuard no_gradient;
  const auto encoding = position::make_encoding(read_options(options));
  const TensorMap tensors = format::load_tensors(inputs).tensors;
  set_parameters(*encoding, tensors);
  format::save_tensors(out, run(*encoding, tensors));
}

}  // namespace roformer::parity
