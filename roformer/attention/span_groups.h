// Neighbouring spans alike in shape, so that operators of LibTorch take them as one batch.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/span.h"

namespace roformer::attention {

/// Spans alike in shape, their queries and keys end to end.
struct SpanGroup {
  Span span;               // the first of them
  std::int64_t size;       // how many
  std::int64_t first = 0;  // number of the first
};

/// The groups, in order.
std::vector<SpanGroup> groups_of_equal_length(const std::vector<Span>& spans);
/// The same, but the keys of a group may lie anywhere, as those of a cache do.
std::vector<SpanGroup> groups_of_equal_shape(const std::vector<Span>& spans);

/// The rows of x (N, …) that are the keys of a group's spans, end to end; a view where they stand so.
torch::Tensor key_rows(const torch::Tensor& x, const std::vector<Span>& spans,
                       const SpanGroup& group);

/// Rows begin … of x (N, H, D) as (G, H, T, D), a view.
torch::Tensor heads_of(const torch::Tensor& x, std::int64_t begin, std::int64_t group,
                       std::int64_t length);

}  // namespace roformer::attention
