// `t5` (Raffel et al. 2020, section 2.1; Eq. 8 of the paper): a number a head for each bucket of
// distances.
//   score_mn = q_m · k_n / sqrt(D) + b[bucket(n − m)]
// Parameter: table b (t5_buckets, H), one for all layers. Two-sided or, in a causal model,
// one-sided buckets up to t5_max_distance (distances.h). The bias is not divided. T5 itself
// does not divide q · k either: t5_scaled = false. MPNet is the form with the division.
#pragma once
#include "roformer/base/error.h"
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct T5 : ScoreEncodingDescription {
  static constexpr const char* name = "t5";
  std::int64_t t5_buckets = 32;
  std::int64_t t5_max_distance = 128;
  bool t5_scaled = true;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"t5_buckets", "all of them, both sides together"}, s.t5_buckets);
    visit(Option{"t5_max_distance", "from here on one bucket"}, s.t5_max_distance);
    visit(Option{"t5_scaled", "scores are divided by sqrt(D); T5 itself does not"}, s.t5_scaled);
  }

  /// Two sides, half of each exact; the last bucket behind all of them.
  void validate() const {
    base::require(t5_buckets >= 4 && t5_buckets % 4 == 0,
                  "[position] expected t5_buckets to be a multiple of 4 (two sides, half of each "
                  "exact) but got {}",
                  t5_buckets);
    base::require(t5_max_distance >= t5_buckets,
                  "[position] expected t5_max_distance >= {} but got {}", t5_buckets,
                  t5_max_distance);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<6> : T5 {};

}  // namespace roformer::position
