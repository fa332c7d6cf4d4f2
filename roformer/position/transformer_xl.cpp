#include "roformer/position/transformer_xl.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

// Of the layer, or the only one.
const torch::Tensor& own_or_shared(const std::vector<torch::Tensor>& tensors, std::int64_t layer) {
  return tensors.size() == 1 ? tensors[0] : tensors.at(static_cast<std::size_t>(layer));
}

class TransformerXlEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd hidden size.
  explicit TransformerXlEncoding(const EncodingOptions& options)
      : num_heads_(options.num_heads),
        hidden_size_(options.hidden_size),
        clamp_(options.settings.xl_clamp) {
    base::require(
        hidden_size_ % 2 == 0,
        "[position] expected an even hidden_size for transformer_xl's sinusoids but got {}",
        hidden_size_);
    const std::vector<std::int64_t> query = {num_heads_, options.head_size};
    if (options.settings.xl_untie) {
      content_queries_ = add_layer_tables(*this, "content_query", query, options.num_layers);
      position_queries_ = add_layer_tables(*this, "position_query", query, options.num_layers);
    } else {
      content_queries_ = {add_table(*this, "content_query", query)};
      position_queries_ = {add_table(*this, "position_query", query)};
    }
    position_keys_ = add_layer_tables(
        *this, "position_key", {num_heads_ * options.head_size, hidden_size_}, options.num_layers);
  }

  // Σ over (q + u) · k + (q + v) · R, of which (q + v) · R = (q + u) · R + (v − u) · R.
  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    torch::Tensor j = -inputs.distances;  // R is of m − n
    if (clamp_ > 0) j = j.clamp(-clamp_, clamp_);
    const torch::Tensor sinusoids =
        sinusoid_table_in_halves(j, hidden_size_, torch::typeMetaToScalarType(inputs.like.dtype()))
            .to(inputs.like);
    const auto wide = [&](const torch::Tensor& x) { return x.to(inputs.like); };
    const torch::Tensor product = wide(position_keys_.at(static_cast<std::size_t>(inputs.layer)));
    const torch::Tensor keys = split_heads(torch::linear(sinusoids, product), num_heads_);
    const torch::Tensor u = wide(own_or_shared(content_queries_, inputs.layer)),
                        v = wide(own_or_shared(position_queries_, inputs.layer));
    const torch::Tensor numbers = torch::matmul(keys, (v - u).unsqueeze(-1)).squeeze(-1);
    return DistanceTerms{
        .numbers = numbers / score_divisor(keys.size(-1)), .queries = {keys, {}}, .shift = u};
  }

 private:
  std::int64_t num_heads_, hidden_size_, clamp_;
  std::vector<torch::Tensor> content_queries_, position_queries_;  // of a layer, or shared by all
  std::vector<torch::Tensor> position_keys_;
};

}  // namespace

std::shared_ptr<PositionEncoding> TransformerXl::make(const EncodingOptions& options) {
  return std::make_shared<TransformerXlEncoding>(options);
}

}  // namespace roformer::position
