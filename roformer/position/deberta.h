// `deberta` (He et al. 2020, Eq. 4 and 2021; Eq. 10 of the paper): words meet distances and
// distances meet words.
//   score_mn = (q_m · k_n + q_m · (W_k P_δ(m,n)) + k_n · (W_q P_X)) / sqrt(3D)
//   δ(i, j) = clip(i − j + k, 0, 2k − 1)
//   code (microsoft, transformers): X = δ(m, n);
//   publication (its equation):     X = δ(n, m);
//   v2 (DeBERTa v2 and v3):         δ(i, j) = clip(bucket(i − j) + k, 0, 2k − 1) with logarithmic
//                                   buckets (distances.h) over 2k, P goes through a LayerNorm
//                                   and the words' own products stand for W_k and W_q; X = δ(m, n).
// Parameters: table P (2k, d), shared by all layers, with dropout deberta_dropout in training, a
// mask a layer. code and publication: layer.{i}.key W_k (d, d) without bias,
// layer.{i}.query.{weight W_q (d, d), bias}. v2: LayerNorm.{weight, bias}, epsilon 1e-7.
// k = deberta_distance, or 512, in v2 256.
// The paper's Eq. 10 prints p̃_{m−n} twice, content projections and no sqrt(3D).
#pragma once
#include <string>

#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Deberta : ScoreEncodingDescription {
  static constexpr const char* name = "deberta";
  std::string deberta_form = "code";
  std::int64_t deberta_distance = 0;
  double deberta_dropout = 0.0;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"position_form",
                 "where they differ: code or publication; v2: DeBERTa v2 and v3",
                 {},
                 {"code", "publication", "v2"}},
          s.deberta_form);
    visit(Option{"deberta_distance", "k; 0: 512, or 256 buckets in v2", distance_range()},
          s.deberta_distance);
    visit(Option{"deberta_dropout", "of the distances' embeddings, in training",
                 base::dropout_range()},
          s.deberta_dropout);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<9> : Deberta {};

}  // namespace roformer::position
