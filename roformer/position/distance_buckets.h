// Distances by buckets: small ones alone, large ones by their logarithm.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::position {

/// T5's buckets (Raffel et al. 2020; its `_relative_position_bucket`) of n − m (R) int64.
/// two-sided: half of the buckets for n ≤ m, half, from buckets / 2 on, for n > m.
torch::Tensor t5_two_sided_buckets(const torch::Tensor& n_minus_m, std::int64_t buckets,
                                   std::int64_t max_distance);
/// One-sided: n > m falls into bucket 0.
torch::Tensor t5_causal_buckets(const torch::Tensor& n_minus_m, std::int64_t buckets,
                                std::int64_t max_distance);

/// DeBERTa v2's signed buckets (He et al. 2021; `make_log_bucket_position` of transformers) of
/// m − n (R): unchanged up to buckets / 2, logarithmic up to max_distance − 1.
torch::Tensor deberta_log_buckets(const torch::Tensor& m_minus_n, std::int64_t buckets,
                                  std::int64_t max_distance);

}  // namespace roformer::position
