#include "roformer/attention/span.h"

#include <torch/types.h>

#include <iterator>
#include <numeric>

#include "roformer/base/error.h"

namespace roformer::attention {

std::vector<std::int64_t> checked_offsets(const torch::Tensor& cu_seqlens,
                                          std::int64_t num_tokens) {
  base::require(cu_seqlens.dim() == 1 && cu_seqlens.size(0) >= 1 &&
                    cu_seqlens.scalar_type() == torch::kInt32 && cu_seqlens.device().is_cpu(),
                "[attention] expected cu_seqlens (B + 1) of type int32 on the CPU");
  const torch::Tensor contiguous = cu_seqlens.contiguous();
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

std::vector<Span> self_spans(const torch::Tensor& cu_seqlens, std::int64_t num_tokens,
                             Visibility visibility) {
  const auto offsets = checked_offsets(cu_seqlens, num_tokens);
  std::vector<Span> spans;
  for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
    const std::int64_t length = offsets[b + 1] - offsets[b];
    const std::int64_t prefix = visibility == Visibility::two_sided ? length : 0;
    spans.push_back({offsets[b], length, offsets[b], length, prefix, 0});
  }
  return spans;
}

std::vector<Span> cross_spans(const torch::Tensor& cu_queries, std::int64_t num_queries,
                              const torch::Tensor& cu_keys, std::int64_t num_keys) {
  const auto queries = checked_offsets(cu_queries, num_queries),
             keys = checked_offsets(cu_keys, num_keys);
  base::require(queries.size() == keys.size(),
                "[attention] expected as many sequences of keys as of queries, {}, but got {}",
                queries.size() - 1, keys.size() - 1);
  std::vector<Span> spans;
  for (std::size_t b = 0; b + 1 < queries.size(); ++b) {
    const std::int64_t length = keys[b + 1] - keys[b];
    spans.push_back({queries[b], queries[b + 1] - queries[b], keys[b], length, length, 0});
  }
  return spans;
}

void check_spans(const std::vector<Span>& spans, std::int64_t queries, std::int64_t keys) {
  std::int64_t next = 0;
  for (const Span& span : spans) {
    base::require(span.first_query == next && span.num_queries >= 0 && span.first_key >= 0 &&
                      span.num_keys >= 0 && span.first_key + span.num_keys <= keys &&
                      span.offset >= 0,
                  "[attention] expected the queries of spans to follow each other and their keys "
                  "to lie within {} but got queries {} + {}, keys {} + {}",
                  keys, span.first_query, span.num_queries, span.first_key, span.num_keys);
    next += span.num_queries;
  }
  base::require(next == queries, "[attention] expected spans of {} queries but got {}", queries,
                next);
}

void require_own_keys(const std::vector<Span>& spans) {
  std::vector<Span> ordered;
  std::copy_if(spans.begin(), spans.end(), std::back_inserter(ordered),
               [](const Span& span) { return span.num_keys > 0; });
  std::ranges::sort(ordered, {}, &Span::first_key);
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    const Span &before = ordered[i - 1], &span = ordered[i];
    base::require(before.first_key + before.num_keys <= span.first_key,
                  "[attention] expected spans with keys of their own where a gradient is asked for "
                  "but got keys {} + {} and {} + {}",
                  before.first_key, before.num_keys, span.first_key, span.num_keys);
  }
}

torch::Tensor spans_tensor(const std::vector<Span>& spans) {
  static_assert(sizeof(Span) == 6 * sizeof(std::int64_t));
  torch::Tensor rows = torch::empty({static_cast<std::int64_t>(spans.size()), 6}, torch::kInt64);
  std::copy(spans.begin(), spans.end(), reinterpret_cast<Span*>(rows.data_ptr<std::int64_t>()));
  return rows;
}

std::vector<Span> spans_of(const torch::Tensor& rows) {
  const auto* first = reinterpret_cast<const Span*>(rows.const_data_ptr<std::int64_t>());
  return {first, first + rows.size(0)};
}

namespace {

bool is_alike(const SpanGroup& group, const Span& next) {
  const Span& span = group.span;
  return span.num_queries == next.num_queries && span.num_keys == next.num_keys &&
         span.prefix == next.prefix && span.offset == next.offset &&
         next.first_query == span.first_query + group.size * span.num_queries;
}

bool continues(const SpanGroup& group, const Span& next) {
  return is_alike(group, next) &&
         next.first_key == group.span.first_key + group.size * group.span.num_keys;
}

std::vector<SpanGroup> grouped(const std::vector<Span>& spans,
                               bool (*belongs)(const SpanGroup&, const Span&)) {
  std::vector<SpanGroup> groups;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (!groups.empty() && belongs(groups.back(), spans[i])) {
      ++groups.back().size;
    } else {
      groups.push_back({spans[i], 1, static_cast<std::int64_t>(i)});
    }
  }
  return groups;
}

}  // namespace

std::vector<SpanGroup> groups_of_equal_length(const std::vector<Span>& spans) {
  return grouped(spans, continues);
}

std::vector<SpanGroup> groups_of_equal_shape(const std::vector<Span>& spans) {
  return grouped(spans, is_alike);
}

torch::Tensor key_rows(const torch::Tensor& x, const std::vector<Span>& spans,
                       const SpanGroup& group) {
  const std::int64_t length = group.span.num_keys;
  const auto first = spans.begin() + group.first;
  bool follow = true;
  for (std::int64_t g = 0; g < group.size; ++g)
    follow = follow && first[g].first_key == group.span.first_key + g * length;
  if (follow) return x.narrow(0, group.span.first_key, group.size * length);
  torch::Tensor rows = torch::empty({group.size * length}, torch::kInt64);
  auto* const data = rows.data_ptr<std::int64_t>();
  for (std::int64_t g = 0; g < group.size; ++g)
    std::iota(data + g * length, data + (g + 1) * length, first[g].first_key);
  return x.index_select(0, rows.to(x.device()));
}

torch::Tensor heads_of(const torch::Tensor& x, std::int64_t begin, std::int64_t group,
                       std::int64_t length) {
  return x.narrow(0, begin, group * length).unflatten(0, {group, length}).transpose(1, 2);
}

}  // namespace roformer::attention
