#include "roformer/position/sinusoidal.h"

#include <torch/types.h>

#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class SinusoidalEncoding : public PositionEncoding {
 public:
  explicit SinusoidalEncoding(const EncodingOptions& options)
      : size_(options.embedding_size), halves_(options.settings.sinusoid_halves) {
    require_sinusoid_size(size_);
  }

  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override {
    return {position_ids,
            {halves_ ? sinusoid_table_in_halves(position_ids, size_, type)
                     : sinusoid_table(position_ids, size_, type)}};
  }
  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor&,
                      const Positions& positions) const override {
    return x + positions.prepared[0];
  }
  std::optional<TokenRotation> token_rotation() const override { return TokenRotation{}; }

 private:
  std::int64_t size_;
  bool halves_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Sinusoidal::make(const EncodingOptions& options) {
  return std::make_shared<SinusoidalEncoding>(options);
}

}  // namespace roformer::position
