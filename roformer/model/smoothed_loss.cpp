#include "roformer/model/smoothed_loss.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/model/linear.h"
#include "roformer/model/smoothed_loss_kernel.h"

namespace roformer::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;

SmoothedLossSums sums_of_rows(const SmoothedLossTask& task, const Tensor& logits,
                              const Tensor& labels, bool with_gradient) {
  auto* const rows = logits.data_ptr<float>();
  const auto* const targets = labels.const_data_ptr<std::int64_t>();
  const std::int64_t count = logits.size(0);
  // One slot a row, added in order: the same sum whatever the threads.
  std::vector<SmoothedLossSums> parts(static_cast<std::size_t>(count));
  base::with_isa([&](auto isa) {
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        parts[static_cast<std::size_t>(i)] =
            smoothed_loss_rows<isa()>(task, rows, targets, with_gradient, i, i + 1);
    });
  });
  SmoothedLossSums total;
  for (const SmoothedLossSums& part : parts) {
    total.loss += part.loss;
    total.negative_log_likelihood += part.negative_log_likelihood;
    total.correct += part.correct;
  }
  return total;
}

// What an operator needs beside the tensors that have gradients.
struct SmoothedLossCall {
  Tensor bias, labels;
  double smoothing;
  std::int64_t most_logits;
  SmoothedLossSums* sums;
  bool with_gradient;
};

struct SmoothedLossFunction : torch::autograd::Function<SmoothedLossFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& weight,
                        const SmoothedLossCall* call) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const SmoothedLossTask task{weight.size(0), call->smoothing};
    const std::int64_t rows = std::max<std::int64_t>(1, call->most_logits / weight.size(0));
    std::vector<Tensor> hidden_gradients;
    Tensor weight_gradient;
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += rows) {
      const std::int64_t end = std::min(begin + rows, hidden.size(0));
      const Tensor x = hidden.slice(0, begin, end);
      const Tensor logits = linear(x, weight, call->bias);
      const auto sums =
          sums_of_rows(task, logits, call->labels.slice(0, begin, end), call->with_gradient);
      call->sums->loss += sums.loss;
      call->sums->negative_log_likelihood += sums.negative_log_likelihood;
      call->sums->correct += sums.correct;
      if (!call->with_gradient) continue;
      hidden_gradients.push_back(linear(logits, weight.t(), Tensor()));
      if (weight_gradient.defined()) {
        weight_gradient.addmm_(logits.t(), x);
      } else {
        weight_gradient = at::mm(logits.t(), x);
      }
    }
    if (hidden_gradients.empty()) {
      hidden_gradients.push_back(torch::zeros_like(hidden));
      weight_gradient = torch::zeros_like(weight);
    }
    context->save_for_backward({at::cat(hidden_gradients), weight_gradient});
    return torch::tensor(call->sums->loss, torch::kDouble).to(hidden.scalar_type());
  }

  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto scaled = [&](Tensor gradient) {
      // Nearly always 1: the loss is a sum, which the optimizer divides.
      return gradients[0].item<double>() == 1 ? gradient : gradient * gradients[0];
    };
    return {scaled(saved[0]), scaled(saved[1]), Tensor()};
  }
};

void require_labels(const Tensor& hidden, const Tensor& labels, std::int64_t words) {
  base::require(labels.dim() == 1 && labels.size(0) == hidden.size(0) &&
                    labels.scalar_type() == torch::kInt64,
                "[model] expected {} labels of type int64 but got {}", hidden.size(0),
                labels.numel());
  if (labels.numel() == 0) return;
  const auto [low, high] = torch::aminmax(labels);
  const auto least = low.item<std::int64_t>(), most = high.item<std::int64_t>();
  base::require(least >= 0 && most < words, "[model] expected labels in 0 .. {} but got {}",
                words - 1, least < 0 ? least : most);
}

}  // namespace

SmoothedLoss smoothed_loss(const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                           const Tensor& labels, double smoothing, std::int64_t most_logits) {
  require_labels(hidden, labels, weight.size(0));
  if (!hidden.device().is_cpu() || hidden.scalar_type() != torch::kFloat32)
    return smoothed_loss_composed(hidden, weight, bias, labels, smoothing);
  SmoothedLossSums sums;
  const bool with_gradient =
      torch::GradMode::is_enabled() && (hidden.requires_grad() || weight.requires_grad());
  const SmoothedLossCall call{bias,  labels.contiguous(), smoothing, most_logits,
                              &sums, with_gradient};
  const Tensor loss = SmoothedLossFunction::apply(hidden.contiguous(), weight, &call);
  return {loss, sums.negative_log_likelihood, sums.correct};
}

SmoothedLoss smoothed_loss_composed(const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                                    const Tensor& labels, double smoothing) {
  Tensor logits = at::mm(hidden, weight.t());
  if (bias.defined()) logits = logits + bias;
  const Tensor log_probabilities = at::log_softmax(logits, -1);
  const Tensor likelihood = -log_probabilities.gather(1, labels.unsqueeze(1)).sum();
  const std::int64_t words = weight.size(0);
  const double shared = words > 1 ? smoothing : 0;  // one word has no others
  const double each = shared / static_cast<double>(std::max<std::int64_t>(1, words - 1));
  const Tensor loss = (1 - shared - each) * likelihood - each * log_probabilities.sum();
  const auto correct =
      hidden.size(0) == 0 ? 0 : logits.detach().argmax(-1).eq(labels).sum().item<std::int64_t>();
  return {loss, likelihood.item<double>(), correct};
}

}  // namespace roformer::model
