#include "roformer/position/learned.h"

#include <torch/nn/module.h>

#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class LearnedEncoding : public PositionEncoding {
 public:
  /// One parameter, `weight` (max_positions, embedding_size).
  explicit LearnedEncoding(const EncodingOptions& options) {
    require_rows(options.max_positions);
    weight_ = add_table(*this, "weight", {options.max_positions, options.embedding_size});
  }

  /// Throws Error for a position outside the table.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType) override {
    require_in_table(position_ids, weight_.size(0));
    return {position_ids, {}};
  }
  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor&,
                      const Positions& positions) const override {
    return x + torch::embedding(weight_, positions.ids);
  }
  std::optional<TokenRotation> token_rotation() const override { return TokenRotation{}; }

 private:
  torch::Tensor weight_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Learned::make(const EncodingOptions& options) {
  return std::make_shared<LearnedEncoding>(options);
}

}  // namespace roformer::position
