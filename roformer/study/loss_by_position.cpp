#include "roformer/study/loss_by_position.h"

#include <torch/utils.h>

#include <cmath>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/task/language_task.h"
#include "roformer/train/task.h"

namespace roformer::study {
namespace {

using torch::Tensor;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

double error_of_mean(double count, double mean, double squares) {
  if (count < 2) return kNothing;
  const double variance = std::max(0.0, squares / count - mean * mean) * count / (count - 1);
  return std::sqrt(variance / count);
}

}  // namespace

PositionLosses::PositionLosses(std::int64_t length)
    : sums_(torch::zeros({3, length}, torch::kFloat64)) {}

void PositionLosses::add(const Tensor& places, const Tensor& losses) {
  const Tensor values = losses.to(torch::kCPU, torch::kFloat64), at = places.to(torch::kCPU);
  sums_[0].index_add_(0, at, torch::ones_like(values));
  sums_[1].index_add_(0, at, values);
  sums_[2].index_add_(0, at, values.square());
}

PositionBin PositionLosses::bin(std::int64_t begin, std::int64_t end) const {
  const Tensor sums = sums_.slice(1, begin, end).sum(1);
  const auto count = sums[0].item<double>();
  PositionBin bin{begin, end, static_cast<std::int64_t>(count), kNothing, kNothing};
  if (count == 0) return bin;
  bin.loss = sums[1].item<double>() / count;
  bin.standard_error = error_of_mean(count, bin.loss, sums[2].item<double>());
  return bin;
}

PositionLosses losses_by_position(task::RecipeTask& task, data::Split split, std::int64_t length) {
  const auto* language = dynamic_cast<const task::LanguageTask*>(&task);
  base::require(language != nullptr,
                "[study] expected a language model for the loss by position but got another task");
  const torch::NoGradGuard no_gradient;
  const train::ModeGuard evaluation(task.module(), false);
  head::LanguageModel model = language->language_model();
  PositionLosses losses(length);
  for (const auto& batch : task.held_out(split)) {
    const task::LabelledTokens tokens = language->labelled(batch);
    model::ForwardOptions options;
    options.rows = tokens.places;
    losses.add(
        tokens.batch.position_ids.index_select(0, tokens.places),
        model->token_losses(model->encoder()->forward(tokens.batch, options), tokens.labels));
  }
  return losses;
}

std::vector<std::int64_t> bin_edges(std::int64_t length, std::int64_t parts, std::int64_t longest) {
  std::vector<std::int64_t> edges = {0};
  for (std::int64_t step = 1; edges.back() < longest; ++step) {
    const std::int64_t edge = std::min(longest, step * length / parts);
    if (edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

}  // namespace roformer::study
