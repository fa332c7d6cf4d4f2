// Which queries meet which keys: one span a sequence. Encoders, decoders, prefix language models,
// cross-attention and cached decoding differ in nothing else.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace roformer::attention {

/// Rows of one sequence in the packed queries and in the packed keys, and who sees whom.
struct Span {
  std::int64_t first_query = 0, num_queries = 0;  // rows of q and of the result
  std::int64_t first_key = 0, num_keys = 0;       // rows of k and v
  std::int64_t prefix = 0;  // keys that every query sees; num_keys: attention is two-sided
  std::int64_t offset = 0;  // place of query 0 among the keys: query i sees keys 0 .. offset + i

  /// How many keys, from the first, a query of this sequence sees.
  std::int64_t visible_keys(std::int64_t query) const {
    return std::min(num_keys, std::max(prefix, offset + query + 1));
  }
};

/// two_sided: each query sees every key of its sequence; causal: query i sees keys 0 .. i.
enum class Visibility { two_sided, causal };

/// Self-attention within the sequences of cu_seqlens (B + 1) int32 on the CPU, N tokens in all.
/// Throws Error for offsets that do not ascend from 0 to N.
std::vector<Span> self_spans(const torch::Tensor& cu_seqlens, std::int64_t num_tokens,
                             Visibility visibility);

/// Each sequence of cu_queries sees the whole sequence of cu_keys with the same number. Throws
/// Error for unequal numbers of sequences, and as self_spans does.
std::vector<Span> cross_spans(const torch::Tensor& cu_queries, std::int64_t num_queries,
                              const torch::Tensor& cu_keys, std::int64_t num_keys);

/// The offsets as a vector, checked: ascending from 0 to `num_tokens`. Throws Error.
std::vector<std::int64_t> checked_offsets(const torch::Tensor& cu_seqlens, std::int64_t num_tokens);

/// Spans as a tensor (B, 6) int64, for what operators keep for their gradients; and back.
torch::Tensor spans_tensor(const std::vector<Span>& spans);
std::vector<Span> spans_of(const torch::Tensor& rows);

/// Throws Error if two spans have keys in common: their gradients would be written to one place.
void require_own_keys(const std::vector<Span>& spans);

/// Throws Error unless the spans' queries follow each other from 0 to `queries` and their keys lie
/// within `keys`.
void check_spans(const std::vector<Span>& spans, std::int64_t queries, std::int64_t keys);

/// Neighbouring spans alike in shape, so that operators of LibTorch take them as one batch: their
/// queries and keys end to end.
struct SpanGroup {
  Span span;               // the first of them
  std::int64_t size;       // how many
  std::int64_t first = 0;  // number of the first
};

/// The groups, in order.
std::vector<SpanGroup> groups_of_equal_length(const std::vector<Span>& spans);
/// The same, but the keys of a group may lie anywhere, as those of a cache do.
std::vector<SpanGroup> groups_of_equal_shape(const std::vector<Span>& spans);

/// The rows of x (N, …) that are keys of a group's spans, end to end; a view where they stand so.
torch::Tensor key_rows(const torch::Tensor& x, const std::vector<Span>& spans,
                       const SpanGroup& group);

/// Rows begin … of x (N, H, D) as (G, H, T, D), a view.
torch::Tensor heads_of(const torch::Tensor& x, std::int64_t begin, std::int64_t group,
                       std::int64_t length);

}  // namespace roformer::attention
