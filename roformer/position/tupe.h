// `tupe` (Ke et al. 2020; Eq. 9 of the paper, which attributes its projections to Raffel et al. and
// prints no scale and no [CLS]): words meet words and positions meet positions, each with products
// of their own.
//   score_mn = (q_m · k_n + (U_q p̂_m) · (U_k p̂_n)) / sqrt(2D) + b[bucket(n − m)]
// p̂ is LayerNorm(p), position i has row i + 1 of p, b (T5's two-sided buckets, 32 up to 128) is
// left out in TUPE-A (tupe_relative = false). Then [CLS], the token at position 0, is untied: all
// behind q_m · k_n becomes θ1 in row 0, else θ2 in column 0.
//   code (guolinke/TUPE): θ1 = (U_q p̂_0) · (U_k p̂_0) / sqrt(2D) + b[16], θ2 the same of row 1 and
//                         b[32], rows counted in p, so that row 1 is position 0's own;
//   publication:          θ1, θ2 are free numbers of a head.
// θ1 is the same for all keys of row 0, so softmax does not see it and it never learns.
// Parameters, shared by all layers: table p (P + 1, d), LayerNorm.{weight, bias},
// {query, key}.{weight (d, d), bias}, buckets b (33, H), in the publication's form (32, H) and
// first_row θ1, first_column θ2 (H). P = max_position_embeddings.
#pragma once
#include <string>

#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Tupe : ScoreEncodingDescription {
  static constexpr const char* name = "tupe";
  std::string tupe_form = "code";
  bool tupe_relative = true;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"position_form",
                 "where publication and released code differ",
                 {},
                 {"code", "publication"}},
          s.tupe_form);
    visit(Option{"tupe_relative", "TUPE-R's buckets beside TUPE-A's products"}, s.tupe_relative);
  }

  std::optional<std::int64_t> longest_sequence(std::int64_t max_positions) const {
    return max_positions;
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<8> : Tupe {};

}  // namespace roformer::position
