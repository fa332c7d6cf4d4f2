#include "roformer/task/sentence_pairs.h"

#include <cmath>

namespace roformer::task {

using torch::Tensor;

AskedTokens asked_tokens(const data::MaskedBatch& batch) {
  AskedTokens asked;
  std::size_t masked = 0;
  const auto add = [&](std::vector<std::int64_t>& numbers, std::int64_t token) {
    numbers.push_back(std::ssize(asked.all));
    asked.all.push_back(token);
  };
  for (std::size_t pair = 0; pair < batch.pairs.size(); ++pair) {
    if (batch.pairs[pair] != data::PairLabel::none) {
      add(asked.first, batch.batch.cu_seqlens[pair]);
      asked.labels.push_back(static_cast<std::int64_t>(batch.pairs[pair]));
    }
    const std::int64_t end = batch.batch.cu_seqlens[pair + 1];
    for (; masked < batch.masked_positions.size() && batch.masked_positions[masked] < end; ++masked)
      add(asked.masked, batch.masked_positions[masked]);
  }
  return asked;
}

PairAnswers answer_pairs(head::PretrainingImpl& model, const Tensor& first, const Tensor& labels) {
  const Tensor logits = model.next_sentence(first);
  return {torch::nll_loss(logits.log_softmax(-1), labels),
          torch::cat({logits.detach(), labels.unsqueeze(1).to(logits.scalar_type())}, 1)};
}

train::Metrics pair_figures(const std::vector<Tensor>& answers) {
  Tensor all = torch::empty({0, 3});
  for (const Tensor& some : answers)
    if (some.defined()) all = torch::cat({all, some.to(torch::kFloat32)});
  const Tensor logits = all.slice(1, 0, 2).to(torch::kFloat64);
  const Tensor labels = all.select(1, 2).to(torch::kInt64);
  const Tensor right = logits.argmax(1).eq(labels).to(torch::kFloat64);
  return {{"next_sentence_loss", torch::nll_loss(logits.log_softmax(-1), labels).item<double>()},
          {"next_sentence_accuracy", right.mean().item<double>()}};
}

}  // namespace roformer::task
