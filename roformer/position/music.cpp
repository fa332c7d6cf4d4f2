#include "roformer/position/music.h"

#include <torch/types.h>

#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class MusicEncoding : public PositionEncoding {
 public:
  /// Throws Error if both music_distance and max_position_embeddings are 0.
  explicit MusicEncoding(const EncodingOptions& options)
      : length_(options.settings.music_distance > 0 ? options.settings.music_distance
                                                    : options.max_positions) {
    require_rows(length_);
    const std::int64_t rows = options.causal ? length_ : 2 * length_ - 1;
    tables_ = add_layer_tables(*this, "distances", {options.num_heads, rows, options.head_size},
                               options.num_layers);
  }

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const torch::Tensor& table = tables_.at(static_cast<std::size_t>(inputs.layer));
    const std::int64_t last = table.size(1) - 1;
    const torch::Tensor rows = inputs.distances + (length_ - 1);
    const torch::Tensor has_row = (rows >= 0).logical_and(rows <= last).to(table.scalar_type());
    const torch::Tensor vectors =
        table.index_select(1, rows.clamp(0, last)) * has_row.unsqueeze(-1);  // (H, R, D)
    return DistanceTerms{.queries = {vectors.to(inputs.like), {}}};
  }

 private:
  std::int64_t length_;
  std::vector<torch::Tensor> tables_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Music::make(const EncodingOptions& options) {
  return std::make_shared<MusicEncoding>(options);
}

}  // namespace roformer::position
