#include "roformer/attention/composed_attention.h"

#include <torch/torch.h>

#include <limits>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Neighbouring sequences first .. last − 1 of equal lengths.
struct Group {
  std::size_t first, last;
  std::int64_t num_queries, num_keys;
  std::int64_t size() const { return static_cast<std::int64_t>(last - first); }
};

std::vector<Group> groups_of_equal_length(const std::vector<std::int64_t>& q_offsets,
                                          const std::vector<std::int64_t>& k_offsets) {
  std::vector<Group> groups;
  for (std::size_t b = 0; b + 1 < q_offsets.size(); ++b) {
    const std::int64_t queries = q_offsets[b + 1] - q_offsets[b],
                       keys = k_offsets[b + 1] - k_offsets[b];
    if (!groups.empty() && groups.back().num_queries == queries && groups.back().num_keys == keys) {
      groups.back().last = b + 1;
    } else {
      groups.push_back({b, b + 1, queries, keys});
    }
  }
  return groups;
}

// x (N, H, D) → (G, H, T, D), a view.
Tensor heads_of(const Tensor& x, std::int64_t begin, std::int64_t group, std::int64_t length) {
  return x.narrow(0, begin, group * length).unflatten(0, {group, length}).transpose(1, 2);
}

Tensor positions_of(const Tensor& positions, std::int64_t begin, std::int64_t group,
                    std::int64_t length) {
  if (!positions.defined()) return positions;
  return positions.narrow(0, begin, group * length).view({group, length});
}

// The kernel's dropout mask in int64 arithmetic (base/random.h): (rows, columns), true where kept.
Tensor keep_mask(const std::vector<base::RowKey>& keys, std::int64_t columns, double dropout) {
  constexpr std::int64_t low = 0xFFFFFFFF;
  const auto rows = static_cast<std::int64_t>(keys.size());
  Tensor first = torch::empty({rows, 1}, torch::kInt64),
         second = torch::empty({rows, 1}, torch::kInt64);
  for (std::int64_t r = 0; r < rows; ++r) {
    first.data_ptr<std::int64_t>()[r] = keys[r].first;
    second.data_ptr<std::int64_t>()[r] = keys[r].second;
  }
  // The low 32 bits of an int64 product are right even when it overflows.
  Tensor x = (torch::arange(columns, torch::kInt64) * 0x9E3779B9 + first).bitwise_and(low);
  x = x.bitwise_xor(x.bitwise_right_shift(16));
  x = (x * 0x7FEB352D).bitwise_and(low).bitwise_xor(second);
  x = x.bitwise_xor(x.bitwise_right_shift(15));
  x = (x * 0x846CA68B).bitwise_and(low);
  x = x.bitwise_xor(x.bitwise_right_shift(16));
  return x >= static_cast<std::int64_t>(base::drop_threshold(dropout));
}

// Row h * N + token of the mask, for the (G, H, T) rows of a group: (G, H, T_q, T_k).
Tensor dropout_factor(const Group& group, std::int64_t begin, std::int64_t num_tokens,
                      std::int64_t heads, const AttentionOptions& options) {
  std::vector<base::RowKey> keys;
  keys.reserve(static_cast<std::size_t>(group.size() * heads * group.num_queries));
  for (std::int64_t g = 0; g < group.size(); ++g) {
    for (std::int64_t h = 0; h < heads; ++h) {
      for (std::int64_t t = 0; t < group.num_queries; ++t) {
        const std::int64_t row = h * num_tokens + begin + g * group.num_queries + t;
        keys.push_back(base::row_key(options.dropout_seed, static_cast<std::uint64_t>(row)));
      }
    }
  }
  return keep_mask(keys, group.num_keys, options.dropout)
             .view({group.size(), heads, group.num_queries, group.num_keys})
             .to(torch::kFloat32) /
         (1 - options.dropout);
}

}  // namespace

std::vector<std::int64_t> checked_offsets(const Tensor& cu_seqlens, std::int64_t num_tokens) {
  base::require(cu_seqlens.dim() == 1 && cu_seqlens.size(0) >= 1 &&
                    cu_seqlens.scalar_type() == torch::kInt32 && cu_seqlens.device().is_cpu(),
                "[attention] expected cu_seqlens (B + 1) of type int32 on the CPU");
  const Tensor contiguous = cu_seqlens.contiguous();
  const auto* values = contiguous.const_data_ptr<std::int32_t>();
  std::vector<std::int64_t> offsets(values, values + contiguous.size(0));
  base::require(offsets.front() == 0 && offsets.back() == num_tokens,
                "[attention] expected cu_seqlens from 0 to {} but got {} to {}", num_tokens,
                offsets.front(), offsets.back());
  for (std::size_t b = 1; b < offsets.size(); ++b) {
    base::require(offsets[b - 1] <= offsets[b],
                  "[attention] expected ascending cu_seqlens but got {} before {}", offsets[b - 1],
                  offsets[b]);
  }
  return offsets;
}

Tensor composed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& cu_q,
                          const Tensor& cu_k, const AttentionOptions& options,
                          const AttentionTerms& terms, const Tensor& q_positions,
                          const Tensor& k_positions, std::vector<Tensor>* weights) {
  const auto q_offsets = checked_offsets(cu_q, q.size(0)),
             k_offsets = checked_offsets(cu_k, k.size(0));
  base::require(q_offsets.size() == k_offsets.size(),
                "[attention] expected as many key sequences as query sequences");
  const std::int64_t heads = q.size(1);
  std::vector<Tensor> outputs;
  for (const Group& group : groups_of_equal_length(q_offsets, k_offsets)) {
    const std::int64_t q_begin = q_offsets[group.first], k_begin = k_offsets[group.first],
                       count = group.size();
    const Tensor queries = heads_of(q, q_begin, count, group.num_queries);
    const Tensor keys = heads_of(k, k_begin, count, group.num_keys);
    const Tensor values = heads_of(v, k_begin, count, group.num_keys);
    const Tensor q_places = positions_of(q_positions, q_begin, count, group.num_queries);
    const Tensor k_places = positions_of(k_positions, k_begin, count, group.num_keys);
    Tensor scores = torch::matmul(queries, keys.transpose(-1, -2)) * options.scale;
    if (terms.score_bias) scores = scores + terms.score_bias(queries, keys, q_places, k_places);
    if (options.visibility == Visibility::causal) {
      const auto hidden =
          torch::ones({group.num_queries, group.num_keys}, q.options().dtype(torch::kBool)).triu(1);
      scores = scores.masked_fill(hidden, -std::numeric_limits<double>::infinity());
    }
    Tensor probabilities = torch::softmax(scores, -1);
    if (weights != nullptr) {
      for (const Tensor& one : probabilities.unbind(0)) weights->push_back(one);
    }
    if (options.dropout > 0) {
      const Tensor factor = dropout_factor(group, q_begin, q.size(0), heads, options);
      probabilities = probabilities * factor.to(probabilities.options());
    }
    Tensor output = torch::matmul(probabilities, values);
    if (terms.value_term) output = output + terms.value_term(probabilities, q_places, k_places);
    outputs.push_back(output.transpose(1, 2).flatten(0, 1));
  }
  if (outputs.empty()) return torch::zeros({q.size(0), heads, v.size(2)}, v.options());
  return torch::cat(outputs, 0);
}

}  // namespace roformer::attention
