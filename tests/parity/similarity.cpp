// What test_sentence_training.py compares with sentence-transformers' losses: `parity_driver
// similarity INPUTS OUT` reads vectors (B, R, H), labels (B) and temperature (1), and writes each
// loss and its gradient by the vectors; of `partner` the vectors are (2B, H).
#include "roformer/format/safetensors.h"
#include "roformer/task/similarity_loss.h"
#include "tests/parity/driver.h"

namespace roformer::parity {

void similarity_losses(const std::string& inputs, const std::string& out) {
  const auto tensors = format::load_tensors(inputs).tensors;
  const auto temperature = tensors.at("temperature").item<double>();
  const torch::Tensor labels = tensors.at("labels");
  format::TensorMap results;
  const auto add = [&](const std::string& name, const auto& loss_of) {
    const torch::Tensor vectors = tensors.at("vectors").clone().requires_grad_();
    const task::SimilarityLoss loss = loss_of(vectors);
    const torch::Tensor mean = loss.sum / static_cast<double>(loss.targets);
    mean.backward();
    results[name] = mean.detach().reshape({1});
    results[name + ".gradient"] = vectors.grad();
    results[name + ".correct"] = torch::tensor({loss.correct}, torch::kInt64);
  };
  add("in_batch", [&](const auto& vectors) { return task::in_batch_loss(vectors, temperature); });
  add("cosent", [&](const auto& vectors) {
    return task::cosent_loss(task::pair_cosines(vectors), labels, temperature);
  });
  add("cosine",
      [&](const auto& vectors) { return task::cosine_loss(task::pair_cosines(vectors), labels); });
  add("partner", [&](const auto& vectors) {
    return task::partner_loss(vectors.slice(1, 0, 2).flatten(0, 1), temperature);
  });
  format::save_tensors(out, results);
}

}  // namespace roformer::parity
