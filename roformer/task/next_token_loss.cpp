#include "roformer/task/next_token_loss.h"

#include <torch/torch.h>

#include <algorithm>

namespace roformer::task {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;

TokenLoss loss_of_rows(head::LanguageModel& model, const Tensor& hidden, const Tensor& labels) {
  const Tensor logits = model.logits(hidden);
  return {at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum),
          logits.detach().argmax(-1).eq(labels).sum().item<std::int64_t>()};
}

// Gradient checkpointing of the head: keeps the hidden states, computes logits again for the
// gradient. The head's parameters get their gradients within the backward pass.
struct PiecedLoss : torch::autograd::Function<PiecedLoss> {
  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& labels,
                        head::LanguageModel* model, std::int64_t rows, std::int64_t* correct) {
    context->save_for_backward({hidden, labels});
    context->saved_data["model"] = reinterpret_cast<std::int64_t>(model);
    context->saved_data["rows"] = rows;
    Tensor sum = torch::zeros({}, hidden.options());
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += rows) {
      const auto part = loss_of_rows(*model, hidden.slice(0, begin, begin + rows),
                                     labels.slice(0, begin, begin + rows));
      sum += part.loss;
      *correct += part.correct;
    }
    return sum;
  }

  static torch::autograd::variable_list backward(AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto& model = *reinterpret_cast<head::LanguageModel*>(context->saved_data["model"].toInt());
    const std::int64_t rows = context->saved_data["rows"].toInt();
    const torch::AutoGradMode with_gradient(true);
    std::vector<Tensor> parts;
    for (std::int64_t begin = 0; begin < saved[0].size(0); begin += rows) {
      const Tensor hidden = saved[0].slice(0, begin, begin + rows).detach().requires_grad_(true);
      const Tensor labels = saved[1].slice(0, begin, begin + rows);
      at::cross_entropy_loss(model.logits(hidden), labels, {}, at::Reduction::Sum)
          .backward(gradients[0]);
      parts.push_back(hidden.grad());
    }
    return {torch::cat(parts), {}, {}, {}, {}};
  }
};

}  // namespace

TokenLoss next_token_loss(head::LanguageModel& model, const Tensor& hidden, const Tensor& labels,
                          std::int64_t most_logits) {
  const std::int64_t words = model.config().vocab_size;
  if (hidden.size(0) * words <= most_logits) return loss_of_rows(model, hidden, labels);
  const std::int64_t rows = std::max<std::int64_t>(1, most_logits / words);
  TokenLoss result;
  result.loss = PiecedLoss::apply(hidden, labels, &model, rows, &result.correct);
  return result;
}

}  // namespace roformer::task
