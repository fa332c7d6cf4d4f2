#include "roformer/attention/fused_softmax.h"

#include <torch/types.h>

#include <algorithm>

#include "roformer/attention/backward_lanes.h"
#include "roformer/attention/head_rows.h"
#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/attention/term_memory.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Queries of one head of a span.
struct HeadTask {
  std::size_t span;
  std::int64_t head;
  Range queries;
};

// Heads in flight at once: some more than threads, so that a short last task costs little.
constexpr std::int64_t tasks_per_thread = 4;
// Pieces of a head are cut no finer than this: each packs all keys and values anew.
constexpr std::int64_t smallest_piece = 96;

// Spans without keys have no task: their results are zero.
std::vector<HeadTask> make_tasks(const std::vector<Span>& spans, std::int64_t heads) {
  const auto sequences = static_cast<std::int64_t>(spans.size());
  const std::int64_t wanted = tasks_per_thread * at::get_num_threads();
  const std::int64_t pieces =
      std::max<std::int64_t>(1, wanted / std::max<std::int64_t>(1, sequences * heads));
  std::vector<HeadTask> tasks;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    if (spans[b].num_keys == 0) continue;
    const std::int64_t length = spans[b].num_queries;
    const std::int64_t piece = std::max(smallest_piece, (length + pieces - 1) / pieces);
    for (std::int64_t head = 0; head < heads; ++head) {
      for (std::int64_t begin = 0; begin < length; begin += piece)
        tasks.push_back({b, head, {begin, std::min(length, begin + piece)}});
    }
  }
  // Longest first, so that no thread is left with a long one at the end.
  const auto work = [&](const HeadTask& task) {
    return (task.queries.end - task.queries.begin) * spans[task.span].num_keys;
  };
  std::stable_sort(tasks.begin(), tasks.end(),
                   [&](const HeadTask& a, const HeadTask& b) { return work(a) > work(b); });
  return tasks;
}

// What the shapes of all tasks have in common.
AttentionShape common_shape(const AttentionInputs& inputs, const AttentionOptions& options,
                            const PairTerms& terms) {
  AttentionShape shape = {};
  shape.head_size = inputs.q.size(2);
  shape.scale = static_cast<float>(options.scale);
  shape.dropout = static_cast<float>(options.dropout);
  shape.dropout_seed = options.dropout_seed;
  shape.row_size = terms.query_rows.defined() ? terms.query_rows.size(2) : 0;
  shape.product = options.product;
  shape.has_distances = terms.queries.defined() || terms.keys.defined() || terms.values.defined();
  return shape;
}

AttentionShape shape_of(AttentionShape shape, const Span& span, std::int64_t head,
                        std::int64_t num_queries) {
  shape.num_queries = span.num_queries;
  shape.num_keys = span.num_keys;
  shape.prefix = span.prefix;
  shape.offset = span.offset;
  shape.first_mask_row = static_cast<std::uint64_t>(head * num_queries + span.first_query);
  return shape;
}

// The most scratch that any span needs.
AttentionShape largest_shape(AttentionShape shape, const std::vector<Span>& spans) {
  for (const Span& span : spans) {
    if (span.num_queries == 0 || span.num_keys == 0) continue;
    shape.num_keys = std::max(shape.num_keys, span.num_keys);
    shape.num_queries = std::max(shape.num_queries, span.num_queries);
  }
  return shape;
}

// One head of what a gradient of q is summed up from: `pieces` times (T_q, D) of a span.
struct QuerySums {
  std::size_t span;
  std::int64_t head;
  std::int64_t pieces;
  const float* memory;
};

// Adds what the keys' pieces but the first gave, in their order.
void add_query_sums(const std::vector<QuerySums>& sums, const std::vector<Span>& spans,
                    const HeadRows<float>& gradient) {
  packed::run_tasks(sums, 0, [&](const QuerySums& task, float*) {
    const Span& span = spans[task.span];
    const auto target = gradient.at(span.first_query, task.head);
    const float* source = task.memory;
    for (std::int64_t piece = 1; piece < task.pieces; ++piece) {
      for (std::int64_t i = 0; i < span.num_queries; ++i, source += gradient.size) {
        float* const row = target.data + i * target.stride;
        for (std::int64_t d = 0; d < gradient.size; ++d) row[d] += source[d];
      }
    }
  });
}

}  // namespace

SoftmaxResult fused_softmax(const AttentionInputs& inputs, const std::vector<Span>& spans,
                            const AttentionOptions& options, const PlacedTerms& terms) {
  const std::int64_t queries = inputs.q.size(0), heads = inputs.q.size(1), size = inputs.q.size(2);
  const bool all_written =
      std::ranges::all_of(spans, [](const Span& span) { return span.num_keys > 0; });
  SoftmaxResult result;
  result.out = all_written ? torch::empty({queries, heads, size}, inputs.q.options())
                           : torch::zeros({queries, heads, size}, inputs.q.options());
  result.log_sum_exp = torch::empty({heads, queries}, inputs.q.options());
  const auto q = read_rows(inputs.q), k = read_rows(inputs.k), v = read_rows(inputs.v);
  const auto out = write_rows(result.out);
  auto* const sums = result.log_sum_exp.data_ptr<float>();
  const auto tasks = make_tasks(spans, heads);
  const TermMemory memory_of_terms(terms);
  const AttentionShape common = common_shape(inputs, options, terms.terms);
  base::with_isa([&](auto isa) {
    const auto scratch = attend_scratch<isa()>(largest_shape(common, spans));
    packed::run_tasks(tasks, scratch, [&](const HeadTask& task, float* memory) {
      const Span& span = spans[task.span];
      const std::int64_t head = task.head;
      attend<isa()>(shape_of(common, span, head, queries), memory_of_terms.of(task.span, head),
                    q.at(span.first_query, head), k.at(span.first_key, head),
                    v.at(span.first_key, head), task.queries, out.at(span.first_query, head),
                    sums + head * queries + span.first_query, memory);
    });
  });
  return result;
}

PairTerms fused_softmax_backward(const AttentionInputs& inputs, const SoftmaxResult& result,
                                 const Tensor& out_gradient, const AttentionInputs& gradients,
                                 const std::vector<Span>& spans, const AttentionOptions& options,
                                 const PlacedTerms& terms,
                                 const std::array<bool, PairTerms::count>& wanted) {
  const std::int64_t queries = inputs.q.size(0), heads = inputs.q.size(1), size = inputs.q.size(2);
  const auto q = read_rows(inputs.q), k = read_rows(inputs.k), v = read_rows(inputs.v),
             out = read_rows(result.out), slope = read_rows(out_gradient);
  const auto q_gradient = write_rows(gradients.q), k_gradient = write_rows(gradients.k),
             v_gradient = write_rows(gradients.v);
  const auto* const sums = result.log_sum_exp.const_data_ptr<float>();
  const bool summed = std::ranges::any_of(wanted, [](bool one) { return one; });
  const BackwardLanes lanes = make_lanes(spans, heads, summed);
  TermMemory memory_of_terms(terms);
  if (summed) memory_of_terms.make_gradients(wanted, heads, lanes.lanes_a_head);

  // What the pieces of a head's keys but the first give to q's gradient.
  const Tensor others = torch::empty({lanes.partial_rows, size}, inputs.q.options());
  float* const partials = others.data_ptr<float>();
  std::vector<QuerySums> query_sums;
  for (const BackwardLane& lane : lanes.lanes) {
    for (const KeyPiece& piece : lane.pieces) {
      if (piece.number == 1)
        query_sums.push_back(
            {piece.span, lane.head, piece.count, partials + piece.partial_row * size});
    }
  }
  const AttentionShape common = common_shape(inputs, options, terms.terms);
  base::with_isa([&](auto isa) {
    const auto scratch =
        attend_backward_scratch<isa()>(largest_shape(common, spans), lanes.longest_piece);
    packed::run_tasks(lanes.lanes, scratch, [&](const BackwardLane& lane, float* memory) {
      const std::int64_t head = lane.head;
      memory_of_terms.begin_lane(head, lane.number);
      for (const KeyPiece& piece : lane.pieces) {
        const Span& span = spans[piece.span];
        const std::int64_t row = span.first_query, key = span.first_key;
        const HeadMatrix<float> q_target =
            piece.number == 0 ? q_gradient.at(row, head)
                              : HeadMatrix<float>{partials + piece.partial_row * size, size};
        attend_backward<isa()>(
            shape_of(common, span, head, queries),
            memory_of_terms.of(piece.span, head, lane.number), q.at(row, head), k.at(key, head),
            v.at(key, head), piece.keys,
            {out.at(row, head), sums + head * queries + row, slope.at(row, head)}, q_target,
            k_gradient.at(key, head), v_gradient.at(key, head), memory);
      }
    });
  });
  add_query_sums(query_sums, spans, q_gradient);
  return memory_of_terms.gradients();
}

}  // namespace roformer::attention
