#include "roformer/position/nezha.h"

#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class NezhaEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd head size.
  explicit NezhaEncoding(const EncodingOptions& options)
      : clip_(options.settings.nezha_clip),
        first_angle_(options.settings.nezha_form == "publication" ? -clip_ : 0),
        head_size_(options.head_size) {
    base::require(head_size_ % 2 == 0,
                  "[position] expected an even head size for nezha's sinusoids but got {}",
                  head_size_);
  }

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const DistanceTable vectors = clipped_table(inputs, table(inputs.like), clip_);
    return DistanceTerms{.queries = vectors, .values = vectors};
  }
  bool acts_on_values() const override { return true; }

  /// (2c + 1, D), computed in float64 and rounded to the type and place of `like`.
  torch::Tensor table(const torch::TensorOptions& like) const {
    const torch::Tensor angles = torch::arange(first_angle_, first_angle_ + 2 * clip_ + 1);
    return sinusoid_table(angles, head_size_, torch::typeMetaToScalarType(like.dtype())).to(like);
  }

 private:
  std::int64_t clip_, first_angle_, head_size_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Nezha::make(const EncodingOptions& options) {
  return std::make_shared<NezhaEncoding>(options);
}

}  // namespace roformer::position
