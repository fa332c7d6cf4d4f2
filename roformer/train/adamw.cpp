#include "roformer/train/adamw.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/train/adamw_kernel.h"

namespace roformer::train {
namespace {

// A piece of one parameter. Its size does not depend on the number of threads, and so neither does
// the norm's sum; 16k elements (four streams of 64 KiB) balance threads well and keep the overhead
// of a piece unseen.
constexpr std::int64_t kChunk = 16384;

struct Chunk {
  float* weight;
  const float* gradient;
  float* first;
  float* second;
  std::int64_t size;
  std::size_t group;
};

bool is_fusable(const torch::Tensor& tensor) {
  return packed::is_float_on_cpu(tensor) && tensor.is_contiguous();
}

void append_chunks(std::vector<Chunk>& chunks, const torch::Tensor& weight,
                   const torch::Tensor& gradient, const torch::Tensor& first,
                   const torch::Tensor& second, std::size_t group) {
  const std::int64_t size = weight.numel();
  for (std::int64_t begin = 0; begin < size; begin += kChunk) {
    chunks.push_back({weight.data_ptr<float>() + begin, gradient.data_ptr<float>() + begin,
                      first.data_ptr<float>() + begin, second.data_ptr<float>() + begin,
                      std::min(kChunk, size - begin), group});
  }
}

// work(isa, i) for each chunk i, on all threads.
template <typename Work>
void for_each_chunk(const std::vector<Chunk>& chunks, const Work& work) {
  at::parallel_for(0, std::ssize(chunks), 1, [&](std::int64_t begin, std::int64_t end) {
    base::with_isa([&](auto isa) {
      for (std::int64_t i = begin; i < end; ++i) work(isa, i);
    });
  });
}

// Σ g² over the chunks: one partial sum a chunk, added in the chunks' order whatever the threads.
double chunked_sum_of_squares(const std::vector<Chunk>& chunks) {
  std::vector<double> partial(chunks.size());
  for_each_chunk(chunks, [&](auto isa, std::int64_t i) {
    partial[i] = sum_of_squares<isa()>(chunks[i].gradient, chunks[i].size);
  });
  double sum = 0;
  for (const double value : partial) sum += value;
  return sum;
}

AdamWUpdate fused_update(const AdamWOptions& options, double weight_decay, double learning_rate,
                         std::int64_t step, double gradient_scale) {
  const auto count = static_cast<double>(step);
  AdamWUpdate update;
  update.decay = static_cast<float>(1 - learning_rate * weight_decay);
  update.first_blend = static_cast<float>(1 - options.beta1);
  update.beta2 = static_cast<float>(options.beta2);
  update.second_blend = static_cast<float>(1 - options.beta2);
  update.step_size = static_cast<float>(learning_rate / (1 - std::pow(options.beta1, count)));
  update.second_root = static_cast<float>(std::sqrt(1 - std::pow(options.beta2, count)));
  update.epsilon = static_cast<float>(options.epsilon);
  update.gradient_scale = static_cast<float>(gradient_scale);
  return update;
}

// An update for each group.
void update_chunks(const std::vector<Chunk>& chunks, const std::vector<AdamWUpdate>& updates) {
  for_each_chunk(chunks, [&](auto isa, std::int64_t i) {
    const Chunk& c = chunks[i];
    adamw_chunk<isa()>(c.weight, c.gradient, c.first, c.second, c.size, updates[c.group]);
  });
}

}  // namespace

bool has_weight_decay(const std::string& name) {
  return !name.ends_with("bias") && name.find("LayerNorm") == std::string::npos;
}

AdamW::AdamW(NamedParameters parameters, const AdamWOptions& options, const RateFactor& rate_factor)
    : options_(options) {
  for (auto& parameter : parameters) {
    const torch::Tensor& weight = parameter.second;
    const auto zeros = [&] {
      return torch::zeros_like(weight.detach(), torch::MemoryFormat::Contiguous);
    };
    const std::size_t group =
        group_of({has_weight_decay(parameter.first) ? options_.weight_decay : 0,
                  rate_factor ? rate_factor(parameter.first) : 1});
    slots_.push_back({std::move(parameter.first), weight, zeros(), zeros(), group});
  }
}

std::size_t AdamW::group_of(const Group& group) {
  const auto found = std::find(groups_.begin(), groups_.end(), group);
  if (found != groups_.end()) return static_cast<std::size_t>(found - groups_.begin());
  groups_.push_back(group);
  return groups_.size() - 1;
}

double AdamW::clip_factor(double norm) const {
  // As torch.nn.utils.clip_grad_norm_: the small number keeps the quotient finite.
  if (options_.clip_norm <= 0) return 1;
  return std::min(1.0, options_.clip_norm / (norm + 1e-6));
}

double AdamW::step(double learning_rate, double gradient_scale) {
  const torch::NoGradGuard no_gradient;
  std::vector<Chunk> chunks;
  std::vector<torch::Tensor> gradients(slots_.size());
  std::vector<std::size_t> composed;
  double squares = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (!slot.weight.grad().defined())
      continue;  // a parameter that the loss does not reach, as in PyTorch
    gradients[i] = slot.weight.grad().contiguous();
    if (is_fusable(slot.weight) && is_fusable(gradients[i])) {
      append_chunks(chunks, slot.weight, gradients[i], slot.first, slot.second, slot.group);
      slot.weight.unsafeGetTensorImpl()
          ->bump_version();  // the kernel writes behind LibTorch's back
      continue;
    }
    composed.push_back(i);
    squares += gradients[i].to(torch::kFloat64).square().sum().item<double>();
  }
  squares += chunked_sum_of_squares(chunks);
  const double norm = std::sqrt(squares) * gradient_scale;
  if (!std::isfinite(norm)) return norm;

  ++steps_;
  const double scale = gradient_scale * clip_factor(norm);
  std::vector<AdamWUpdate> updates;
  for (const auto& [weight_decay, rate_factor] : groups_)
    updates.push_back(
        fused_update(options_, weight_decay, learning_rate * rate_factor, steps_, scale));
  update_chunks(chunks, updates);
  for (const std::size_t i : composed) {
    Slot& slot = slots_[i];
    adamw_composed(slot.weight, gradients[i] * scale, slot.first, slot.second, options_,
                   groups_[slot.group].weight_decay,
                   learning_rate * groups_[slot.group].rate_factor, steps_);
  }
  // Dropped, not zeroed: the next backward pass then stores its gradient instead of adding to it.
  for (Slot& slot : slots_) slot.weight.mutable_grad().reset();
  return norm;
}

std::map<std::string, torch::Tensor> AdamW::state() const {
  std::map<std::string, torch::Tensor> state;
  for (const Slot& slot : slots_) {
    state.emplace("exp_avg." + slot.name, slot.first);
    state.emplace("exp_avg_sq." + slot.name, slot.second);
  }
  return state;
}

void AdamW::restore(const std::map<std::string, torch::Tensor>& saved, std::int64_t steps) {
  for (auto [name, moment] : state()) {
    const auto found = saved.find(name);
    base::require(found != saved.end(),
                  "[train] expected the tensor {} in the optimizer's state but got none", name);
    base::require(found->second.sizes() == moment.sizes(),
                  "[train] expected {} elements in {} but got {}", moment.numel(), name,
                  found->second.numel());
    moment.copy_(found->second);
  }
  steps_ = steps;
}

void adamw_composed(torch::Tensor& weight, const torch::Tensor& gradient, torch::Tensor& first,
                    torch::Tensor& second, const AdamWOptions& options, double weight_decay,
                    double learning_rate, std::int64_t step) {
  const torch::NoGradGuard no_gradient;
  const auto count = static_cast<double>(step);
  weight.mul_(1 - learning_rate * weight_decay);
  first.lerp_(gradient, 1 - options.beta1);
  second.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
  const double step_size = learning_rate / (1 - std::pow(options.beta1, count));
  const double second_root = std::sqrt(1 - std::pow(options.beta2, count));
  weight.addcdiv_(first, (second.sqrt() / second_root).add_(options.epsilon), -step_size);
}

}  // namespace roformer::train
