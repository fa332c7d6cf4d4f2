#include "roformer/attention/span_groups.h"

namespace roformer::attention {
namespace {

bool continues(const SpanGroup& group, const Span& next) {
  const Span& span = group.span;
  return span.num_queries == next.num_queries && span.num_keys == next.num_keys &&
         span.prefix == next.prefix && span.offset == next.offset &&
         next.first_query == span.first_query + group.size * span.num_queries &&
         next.first_key == span.first_key + group.size * span.num_keys;
}

}  // namespace

std::vector<SpanGroup> groups_of_equal_length(const std::vector<Span>& spans) {
  std::vector<SpanGroup> groups;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (!groups.empty() && continues(groups.back(), spans[i])) {
      ++groups.back().size;
    } else {
      groups.push_back({spans[i], 1, static_cast<std::int64_t>(i)});
    }
  }
  return groups;
}

torch::Tensor heads_of(const torch::Tensor& x, std::int64_t begin, std::int64_t group,
                       std::int64_t length) {
  return x.narrow(0, begin, group * length).unflatten(0, {group, length}).transpose(1, 2);
}

}  // namespace roformer::attention
