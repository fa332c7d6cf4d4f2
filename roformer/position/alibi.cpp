#include "roformer/position/alibi.h"

#include <torch/types.h>

#include <bit>

#include "roformer/position/position_encoding.h"

namespace roformer::position {
namespace {

// 2^(−8h/H), h = 1 .. H.
torch::Tensor geometric_slopes(std::int64_t num_heads) {
  const torch::Tensor h = torch::arange(1, num_heads + 1, torch::kFloat64);
  return torch::exp2(h * (-8.0 / static_cast<double>(num_heads)));
}

// s_1 .. s_H as (H) float64.
torch::Tensor alibi_slopes(std::int64_t num_heads) {
  const auto power =
      static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(num_heads)));
  if (power == num_heads) return geometric_slopes(num_heads);
  const torch::Tensor others = geometric_slopes(2 * power).slice(0, 0, std::nullopt, 2);
  return torch::cat({geometric_slopes(power), others.narrow(0, 0, num_heads - power)});
}

class AlibiEncoding : public PositionEncoding {
 public:
  explicit AlibiEncoding(const EncodingOptions& options)
      : causal_(options.causal), slopes_(alibi_slopes(options.num_heads)) {}

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const torch::Tensor past = -inputs.distances;
    const torch::Tensor length = (causal_ ? past.clamp_min(0) : past.abs()).to(torch::kFloat64);
    const torch::Tensor bias = slopes_.to(length.device()).unsqueeze(1) * -length;
    return DistanceTerms{.numbers = bias.to(inputs.like)};
  }

 private:
  bool causal_;
  torch::Tensor slopes_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Alibi::make(const EncodingOptions& options) {
  return std::make_shared<AlibiEncoding>(options);
}

}  // namespace roformer::position
