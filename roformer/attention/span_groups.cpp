#include "roformer/attention/span_groups.h"

#include <torch/types.h>

#include <numeric>

namespace roformer::attention {
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
