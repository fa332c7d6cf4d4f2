#include "roformer/attention/packed_attention.h"

#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <atomic>

#include "roformer/attention/composed_attention.h"
#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Queries begin .. end − 1 of one head of the sequence at tokens first .. first + length − 1.
struct HeadTask {
  std::int64_t first, length, head, begin, end;
};

// Heads in flight at once: some more than threads, so that a short last task costs little.
constexpr std::int64_t tasks_per_thread = 4;
// Pieces of a head are cut no finer than this: each packs all keys and values anew.
constexpr std::int64_t smallest_piece = 96;

enum class Cut { whole_heads, pieces };

std::vector<HeadTask> make_tasks(const std::vector<std::int64_t>& offsets, std::int64_t heads,
                                 Cut cut) {
  const auto sequences = static_cast<std::int64_t>(offsets.size()) - 1;
  const std::int64_t wanted = tasks_per_thread * at::get_num_threads();
  const std::int64_t pieces =
      std::max<std::int64_t>(1, wanted / std::max<std::int64_t>(1, sequences * heads));
  std::vector<HeadTask> tasks;
  for (std::int64_t b = 0; b < sequences; ++b) {
    const std::int64_t length = offsets[b + 1] - offsets[b];
    const std::int64_t piece =
        cut == Cut::whole_heads ? length : std::max(smallest_piece, (length + pieces - 1) / pieces);
    for (std::int64_t head = 0; head < heads; ++head) {
      for (std::int64_t begin = 0; begin < length; begin += piece) {
        tasks.push_back({offsets[b], length, head, begin, std::min(length, begin + piece)});
      }
    }
  }
  // Longest first, so that no thread is left with a long one at the end.
  std::stable_sort(tasks.begin(), tasks.end(), [](const HeadTask& a, const HeadTask& b) {
    return (a.end - a.begin) * a.length > (b.end - b.begin) * b.length;
  });
  return tasks;
}

// Runs work(task, scratch) for all tasks on all threads; whoever is free takes the next. Each task
// writes memory of its own, so the result does not depend on who did it.
template <typename Work>
void run_tasks(const std::vector<HeadTask>& tasks, std::int64_t scratch_floats, const Work& work) {
  if (tasks.empty()) return;
  const auto threads =
      std::min<std::int64_t>(at::get_num_threads(), static_cast<std::int64_t>(tasks.size()));
  // A cache line more for each thread, so that rows start at whole vectors.
  const std::int64_t room = (scratch_floats + 31) / 16 * 16;
  const Tensor scratch = torch::empty({threads, room}, torch::kFloat32);
  auto* const memory = scratch.data_ptr<float>();
  std::atomic<std::size_t> next{0};
  at::parallel_for(0, threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t thread = begin; thread < end; ++thread) {
      for (std::size_t i = next++; i < tasks.size(); i = next++)
        work(tasks[i], memory + thread * room);
    }
  });
}

AttentionShape shape_of(const HeadTask& task, std::int64_t num_tokens, std::int64_t head_size,
                        const AttentionOptions& options) {
  AttentionShape shape;
  shape.num_queries = shape.num_keys = task.length;
  shape.head_size = head_size;
  shape.causal = options.visibility == Visibility::causal;
  shape.scale = static_cast<float>(options.scale);
  shape.dropout = static_cast<float>(options.dropout);
  shape.dropout_seed = options.dropout_seed;
  shape.first_mask_row = static_cast<std::uint64_t>(task.head * num_tokens + task.first);
  return shape;
}

std::int64_t longest(const std::vector<std::int64_t>& offsets) {
  std::int64_t most = 0;
  for (std::size_t b = 1; b < offsets.size(); ++b)
    most = std::max(most, offsets[b] - offsets[b - 1]);
  return most;
}

// One head of one sequence of a (N, heads, D) or (N, 3, heads, D) buffer, from its first token on.
template <typename Scalar>
HeadMatrix<Scalar> head_matrix(Scalar* data, std::int64_t parts, std::int64_t part,
                               std::int64_t heads, std::int64_t size, const HeadTask& task) {
  const std::int64_t stride = parts * heads * size;
  return {data + task.first * stride + (part * heads + task.head) * size, stride};
}

std::tuple<Tensor, Tensor> fused_forward(const Tensor& qkv,
                                         const std::vector<std::int64_t>& offsets,
                                         const AttentionOptions& options) {
  const std::int64_t tokens = qkv.size(0), heads = qkv.size(2), size = qkv.size(3);
  Tensor out = torch::empty({tokens, heads, size}, qkv.options());
  Tensor log_sum_exp = torch::empty({heads, tokens}, qkv.options());
  const auto* const source = qkv.const_data_ptr<float>();
  auto* const target = out.data_ptr<float>();
  auto* const sums = log_sum_exp.data_ptr<float>();
  base::with_isa([&](auto isa) {
    const HeadTask largest{0, longest(offsets), 0, 0, 0};
    const auto scratch = attend_scratch<isa()>(shape_of(largest, tokens, size, options));
    run_tasks(make_tasks(offsets, heads, Cut::pieces), scratch,
              [&](const HeadTask& task, float* memory) {
                const auto part = [&](std::int64_t p) {
                  return head_matrix(source, 3, p, heads, size, task);
                };
                attend<isa()>(shape_of(task, tokens, size, options), part(0), part(1), part(2),
                              task.begin, task.end, head_matrix(target, 1, 0, heads, size, task),
                              sums + task.head * tokens + task.first, memory);
              });
  });
  return {out, log_sum_exp};
}

Tensor fused_backward(const Tensor& out_gradient, const Tensor& qkv, const Tensor& out,
                      const Tensor& log_sum_exp, const std::vector<std::int64_t>& offsets,
                      const AttentionOptions& options) {
  const std::int64_t tokens = qkv.size(0), heads = qkv.size(2), size = qkv.size(3);
  Tensor gradient = torch::empty(qkv.sizes(), qkv.options());
  const auto* const source = qkv.const_data_ptr<float>();
  const auto* const result = out.const_data_ptr<float>();
  const auto* const slope = out_gradient.const_data_ptr<float>();
  const auto* const sums = log_sum_exp.const_data_ptr<float>();
  auto* const target = gradient.data_ptr<float>();
  base::with_isa([&](auto isa) {
    const HeadTask largest{0, longest(offsets), 0, 0, 0};
    const auto scratch = attend_backward_scratch<isa()>(shape_of(largest, tokens, size, options));
    run_tasks(make_tasks(offsets, heads, Cut::whole_heads), scratch,
              [&](const HeadTask& task, float* memory) {
                const auto part = [&](std::int64_t p) {
                  return head_matrix(source, 3, p, heads, size, task);
                };
                const auto gradient_part = [&](std::int64_t p) {
                  return head_matrix(target, 3, p, heads, size, task);
                };
                attend_backward<isa()>(shape_of(task, tokens, size, options), part(0), part(1),
                                       part(2), head_matrix(result, 1, 0, heads, size, task),
                                       sums + task.head * tokens + task.first,
                                       head_matrix(slope, 1, 0, heads, size, task),
                                       gradient_part(0), gradient_part(1), gradient_part(2),
                                       memory);
              });
  });
  return gradient;
}

struct PackedSelfAttention : torch::autograd::Function<PackedSelfAttention> {
  static Tensor forward(AutogradContext* context, const Tensor& qkv, const Tensor& cu_seqlens,
                        double scale, bool causal, double dropout, std::int64_t dropout_seed) {
    const AttentionOptions options = options_of(scale, causal, dropout, dropout_seed);
    const at::AutoDispatchBelowADInplaceOrView guard;
    const auto [out, log_sum_exp] =
        fused_forward(qkv, checked_offsets(cu_seqlens, qkv.size(0)), options);
    context->save_for_backward({qkv, cu_seqlens, out, log_sum_exp});
    context->saved_data["scale"] = scale;
    context->saved_data["causal"] = causal;
    context->saved_data["dropout"] = dropout;
    context->saved_data["dropout_seed"] = dropout_seed;
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& data = context->saved_data;
    const AttentionOptions options =
        options_of(data.at("scale").toDouble(), data.at("causal").toBool(),
                   data.at("dropout").toDouble(), data.at("dropout_seed").toInt());
    const Tensor gradient = fused_backward(gradients[0].contiguous(), saved[0], saved[2], saved[3],
                                           checked_offsets(saved[1], saved[0].size(0)), options);
    return {gradient, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }

  static AttentionOptions options_of(double scale, bool causal, double dropout,
                                     std::int64_t dropout_seed) {
    return {scale, causal ? Visibility::causal : Visibility::two_sided, dropout,
            static_cast<std::uint64_t>(dropout_seed)};
  }
};

bool kernel_serves(const Tensor& qkv) {
  return qkv.device().is_cpu() && qkv.scalar_type() == torch::kFloat32;
}

Tensor packed_self_attention_operator(const Tensor& qkv, const Tensor& cu_seqlens, double scale,
                                      bool causal, double dropout, std::int64_t dropout_seed) {
  base::require(qkv.dim() == 4 && qkv.size(1) == 3,
                "[attention] expected qkv (N, 3, H, D) but got {} dimensions", qkv.dim());
  base::require(dropout >= 0 && dropout < 1, "[attention] expected dropout in [0, 1) but got {}",
                dropout);
  if (kernel_serves(qkv)) {
    return PackedSelfAttention::apply(qkv.contiguous(), cu_seqlens, scale, causal, dropout,
                                      dropout_seed);
  }
  const auto parts = qkv.unbind(1);
  return composed_attention(parts[0], parts[1], parts[2], cu_seqlens, cu_seqlens,
                            PackedSelfAttention::options_of(scale, causal, dropout, dropout_seed));
}

TORCH_LIBRARY_FRAGMENT(roformer, library) {
  library.def(
      "packed_self_attention(Tensor qkv, Tensor cu_seqlens, float scale, bool causal=False, float "
      "dropout=0.,"
      " int dropout_seed=0) -> Tensor",
      packed_self_attention_operator);
}

}  // namespace

Tensor packed_self_attention(const Tensor& qkv, const Tensor& cu_seqlens,
                             const AttentionOptions& options) {
  return packed_self_attention_operator(qkv, cu_seqlens, options.scale,
                                        options.visibility == Visibility::causal, options.dropout,
                                        static_cast<std::int64_t>(options.dropout_seed));
}

}  // namespace roformer::attention
