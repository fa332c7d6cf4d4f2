#include "roformer/attention/packed_attention.h"

#include <torch/types.h>

#include "roformer/attention/few_queries_kernel.h"
#include "roformer/attention/head_rows.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Beyond, keys in panels are faster though they have to be packed.
constexpr std::int64_t most_queries = 8;

// Heads first_head … of a span.
struct FewTask {
  Span span;
  std::int64_t first_head, heads;
};

std::vector<FewTask> few_tasks(const std::vector<Span>& spans, std::int64_t heads) {
  const std::int64_t wanted = 4 * at::get_num_threads();
  const std::int64_t parts = std::clamp<std::int64_t>(
      wanted / std::max<std::int64_t>(1, std::ssize(spans)), 1, std::max<std::int64_t>(1, heads));
  const std::int64_t at_once = (heads + parts - 1) / parts;
  std::vector<FewTask> tasks;
  for (const Span& span : spans) {
    if (span.num_keys == 0 || span.num_queries == 0) continue;
    for (std::int64_t head = 0; head < heads; head += at_once)
      tasks.push_back({span, head, std::min(at_once, heads - head)});
  }
  return tasks;
}

FewQueriesShape few_shape(const FewTask& task, std::int64_t head_size, double scale) {
  const Span& span = task.span;
  return {span.num_queries,         span.num_keys, task.heads, head_size, span.prefix, span.offset,
          static_cast<float>(scale)};
}

}  // namespace

bool has_few_queries(const std::vector<Span>& spans) {
  return std::all_of(spans.begin(), spans.end(),
                     [](const Span& span) { return span.num_queries <= most_queries; });
}

Tensor few_queries_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                             const std::vector<Span>& spans, double scale) {
  const std::int64_t heads = q.size(1), size = q.size(2);
  Tensor result = torch::empty({q.size(0), heads, size}, q.options());
  for (const Span& span : spans) {
    if (span.num_keys == 0) result.narrow(0, span.first_query, span.num_queries).zero_();
  }
  const auto tasks = few_tasks(spans, heads);
  const auto queries = read_rows(q), keys = read_rows(k), values = read_rows(v);
  const auto out = write_rows(result);
  base::with_isa([&](auto isa) {
    std::int64_t scratch = 0;
    for (const FewTask& task : tasks)
      scratch = std::max(scratch, attend_few_scratch<isa()>(few_shape(task, size, scale)));
    packed::run_tasks(tasks, scratch, [&](const FewTask& task, float* memory) {
      const Span& span = task.span;
      attend_few<isa()>(few_shape(task, size, scale), queries.at(span.first_query, task.first_head),
                        keys.at(span.first_key, task.first_head),
                        values.at(span.first_key, task.first_head),
                        out.at(span.first_query, task.first_head), memory);
    });
  });
  return result;
}

}  // namespace roformer::attention
