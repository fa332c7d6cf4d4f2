#include "roformer/position/t5.h"

#include <torch/nn/module.h>

#include "roformer/position/distances.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class T5Encoding : public PositionEncoding {
 public:
  explicit T5Encoding(const EncodingOptions& options)
      : max_distance_(options.settings.t5_max_distance),
        scaled_(options.settings.t5_scaled),
        causal_(options.causal),
        table_(add_table(*this, "table", {options.settings.t5_buckets, options.num_heads})) {}

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const auto buckets_of = causal_ ? t5_causal_buckets : t5_two_sided_buckets;
    const torch::Tensor buckets = buckets_of(inputs.distances, table_.size(0), max_distance_);
    return DistanceTerms{.numbers = table_.to(inputs.like).index_select(0, buckets).t()};
  }
  double score_divisor(std::int64_t head_size) const override {
    return scaled_ ? PositionEncoding::score_divisor(head_size) : 1.0;
  }

 private:
  std::int64_t max_distance_;
  bool scaled_, causal_;
  torch::Tensor table_;
};

}  // namespace

std::shared_ptr<PositionEncoding> T5::make(const EncodingOptions& options) {
  return std::make_shared<T5Encoding>(options);
}

}  // namespace roformer::position
