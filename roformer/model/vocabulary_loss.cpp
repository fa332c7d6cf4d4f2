#include "roformer/model/vocabulary_loss.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/model/vocabulary_loss_kernel.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/packed/wide_type.h"
#include "roformer/product/training_products.h"

namespace roformer::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows that one task of a parallel loop takes; a block has a bias gradient of its own, and they are
// added in order: the same for any number of threads.
constexpr std::int64_t loss_block = 16;

// One word has no others to share with.
VocabularyLossTask loss_task(std::int64_t words, double smoothing) {
  const double shared = words > 1 ? smoothing : 0;
  const double each = shared / static_cast<double>(std::max<std::int64_t>(1, words - 1));
  return {words, 1 - shared - each, each};
}

// What is computed: which gradients, and by rows of floats or by LibTorch's operators.
struct LossRequest {
  VocabularyLossTask task;
  bool of_hidden, of_weight, of_bias;
  bool fused;

  LogitsGradient of_logits() const {
    if (of_bias) return LogitsGradient::and_bias;
    return of_hidden || of_weight ? LogitsGradient::in_place : LogitsGradient::none;
  }
};

// Sums and gradients of all pieces; gradients that are not asked for stay undefined.
struct LossPass {
  VocabularyLossSums sums;
  Tensor of_hidden, of_weight;
  Tensor of_biases;  // (blocks, V)

  void add(const VocabularyLossSums& part) {
    sums.loss += part.loss;
    sums.negative_log_likelihood += part.negative_log_likelihood;
    sums.correct += part.correct;
  }
};

// One pass over each row; the logits become their gradient.
void take_rows(const LossRequest& request, const Tensor& logits, const Tensor& labels,
               LossPass& pass) {
  auto* const rows = logits.data_ptr<float>();
  const auto* const targets = labels.const_data_ptr<std::int64_t>();
  float* const biases = request.of_bias ? pass.of_biases.data_ptr<float>() : nullptr;
  const std::int64_t count = logits.size(0), words = request.task.words;
  // One slot a row, added in order: the same sum whatever the threads.
  std::vector<VocabularyLossSums> parts(static_cast<std::size_t>(count));
  base::with_isa([&](auto isa) {
    at::parallel_for(
        0, (count + loss_block - 1) / loss_block, 1, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t i = first * loss_block; i < std::min(count, last * loss_block); ++i) {
            float* const bias = biases == nullptr ? nullptr : biases + i / loss_block * words;
            parts[static_cast<std::size_t>(i)] = vocabulary_loss_rows<isa()>(
                request.task, rows, targets, request.of_logits(), bias, i, i + 1);
          }
        });
  });
  for (const VocabularyLossSums& part : parts) pass.add(part);
}

// The same for other types and devices.
void take_rows_composed(const LossRequest& request, const Tensor& logits, const Tensor& labels,
                        LossPass& pass) {
  const VocabularyLossTask& task = request.task;
  const Tensor places = labels.unsqueeze(1);
  const Tensor log_probabilities = at::log_softmax(logits, -1, packed::wide_type(logits));
  VocabularyLossSums part;
  part.negative_log_likelihood =
      -log_probabilities.gather(1, places).sum(torch::kFloat64).item<double>();
  part.loss = task.own * part.negative_log_likelihood -
              task.each * log_probabilities.sum(torch::kFloat64).item<double>();
  part.correct = logits.argmax(-1).eq(labels).sum().item<std::int64_t>();
  pass.add(part);
  if (request.of_logits() == LogitsGradient::none) return;
  const Tensor slope = log_probabilities.exp_().sub_(task.each);
  slope.scatter_add_(1, places, torch::full_like(places, -task.own, slope.options()));
  logits.copy_(slope);
  if (request.of_bias) pass.of_biases[0].add_(slope.sum(0));
}

// The gradients of a piece's two products, from that of its logits.
void take_products(const LossRequest& request, const Tensor& hidden,
                   product::TrainingProducts& products, const Tensor& logits, std::int64_t begin,
                   LossPass& pass) {
  const Tensor x = hidden.slice(0, begin, begin + logits.size(0));
  if (request.of_hidden)
    pass.of_hidden.slice(0, begin, begin + x.size(0)).copy_(products.input_gradient(logits));
  if (request.of_weight) products.add_weight_gradient(logits, x, pass.of_weight);
}

LossPass pass_over_pieces(const LossRequest& request, const Tensor& hidden, const Tensor& weight,
                          const Tensor& bias, const Tensor& labels, std::int64_t most_logits,
                          product::ComputeType type) {
  const torch::NoGradGuard no_gradient;
  product::TrainingProducts products(
      weight, request.of_weight || request.of_hidden ? type : product::ComputeType::float32);
  const std::int64_t count = hidden.size(0), words = weight.size(0);
  const std::int64_t rows = std::max<std::int64_t>(1, most_logits / words);
  LossPass pass;
  if (request.of_hidden) pass.of_hidden = torch::empty_like(hidden);
  if (request.of_weight && count == 0) pass.of_weight = torch::zeros_like(weight);
  if (request.of_bias) {
    const std::int64_t blocks =
        request.fused ? (std::min(rows, count) + loss_block - 1) / loss_block : 1;
    pass.of_biases = torch::zeros({blocks, words}, bias.options());
  }
  for (std::int64_t begin = 0; begin < count; begin += rows) {
    const std::int64_t end = std::min(begin + rows, count);
    const Tensor logits = products.output(hidden.slice(0, begin, end), bias);
    const Tensor own_labels = labels.slice(0, begin, end);
    request.fused ? take_rows(request, logits, own_labels, pass)
                  : take_rows_composed(request, logits, own_labels, pass);
    take_products(request, hidden, products, logits, begin, pass);
  }
  return pass;
}

// Gradients were made with the loss; here they only take their factor.
struct VocabularyLossFunction : torch::autograd::Function<VocabularyLossFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& weight,
                        const std::optional<Tensor>& bias, const Tensor& labels,
                        const LossPass& pass, double smoothing) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({pass.of_hidden, pass.of_weight,
                                pass.of_biases.defined() ? pass.of_biases.sum(0) : Tensor(), hidden,
                                weight, bias.value_or(Tensor()), labels});
    context->saved_data["has_bias"] = bias.has_value();
    context->saved_data["smoothing"] = smoothing;
    return torch::full({}, pass.sums.loss, hidden.options().dtype(packed::wide_type(hidden)));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    if (packed::gradient_is_differentiated()) {
      const double smoothing = context->saved_data["smoothing"].toDouble();
      auto result = packed::composed_gradients(
          {saved[3], saved[4], saved[5]}, gradients[0], [&](const variable_list& x) {
            return vocabulary_loss_composed(x[0], x[1], x[2], saved[6], smoothing).loss;
          });
      result.resize(6);
      return result;
    }
    // Nearly always 1: the loss is a sum, which the optimizer divides.
    const bool as_it_is = gradients[0].item<double>() == 1;
    const auto scaled = [&](std::size_t i) {
      if (!saved[i].defined() || !context->needs_input_grad(i)) return Tensor();
      return as_it_is ? saved[i] : saved[i] * gradients[0];
    };
    const bool has_bias = context->saved_data["has_bias"].toBool();
    return {scaled(0), scaled(1), has_bias ? scaled(2) : Tensor(), Tensor(), Tensor(), Tensor()};
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

VocabularyLoss vocabulary_loss(const Tensor& hidden, const Tensor& weight, const Tensor& bias,
                               const Tensor& labels, double smoothing, std::int64_t most_logits,
                               product::ComputeType type) {
  require_labels(hidden, labels, weight.size(0));
  const LossRequest request{
      loss_task(weight.size(0), smoothing), packed::wants_gradient({hidden}),
      packed::wants_gradient({weight}),     packed::wants_gradient({bias}),
      packed::is_float_on_cpu(hidden),
  };
  const Tensor x = hidden.contiguous();
  const Tensor targets = labels.contiguous();
  const LossPass pass = pass_over_pieces(request, x, weight, bias, targets, most_logits, type);
  const auto given = bias.defined() ? std::optional<Tensor>(bias) : std::nullopt;
  return {VocabularyLossFunction::apply(x, weight, given, targets, pass, smoothing),
          pass.sums.negative_log_likelihood, pass.sums.correct};
}

VocabularyLoss vocabulary_loss_composed(const Tensor& hidden, const Tensor& weight,
                                        const Tensor& bias, const Tensor& labels,
                                        double smoothing) {
  Tensor logits = at::mm(hidden, weight.t());
  if (bias.defined()) logits = logits + bias;
  const Tensor log_probabilities = at::log_softmax(logits, -1, packed::wide_type(logits));
  const Tensor likelihood = -log_probabilities.gather(1, labels.unsqueeze(1)).sum();
  const VocabularyLossTask task = loss_task(weight.size(0), smoothing);
  const Tensor loss = task.own * likelihood - task.each * log_probabilities.sum();
  const auto correct =
      hidden.size(0) == 0 ? 0 : logits.detach().argmax(-1).eq(labels).sum().item<std::int64_t>();
  return {loss, likelihood.item<double>(), correct};
}

}  // namespace roformer::model
