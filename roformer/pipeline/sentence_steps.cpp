#include "roformer/pipeline/sentence_steps.h"

#include <torch/nn/functional/normalization.h>

#include <set>

#include "roformer/base/error.h"
#include "roformer/format/tensor_source.h"
#include "roformer/product/activation.h"

namespace roformer::pipeline {
namespace {

using torch::Tensor;

std::function<Tensor(const Tensor&)> activation_of(const std::string& name) {
  if (name == "identity") return [](const Tensor& x) { return x; };
  if (name == "tanh") return [](const Tensor& x) { return torch::tanh(x); };
  if (name == "sigmoid") return [](const Tensor& x) { return torch::sigmoid(x); };
  return [kind = model::parse_activation(name)](const Tensor& x) {
    return product::activate(x.contiguous(), kind);
  };
}

// The tensors of a dense layer's folder, each taken by its name, none left.
class DenseWeights {
 public:
  explicit DenseWeights(const std::filesystem::path& folder)
      : file_(format::open_tensor_folder(folder)) {}

  Tensor take(const char* name) {
    base::require(file_->has(name), "[pipeline] {}: expected the tensor {} but there is none",
                  file_->path().string(), name);
    taken_.insert(name);
    return file_->tensor(name).to(torch::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  void require_shape(const Tensor& tensor, const char* name, torch::IntArrayRef shape) const {
    base::require(tensor.sizes() == shape, "[pipeline] {}: expected {} to be {} but got {}",
                  file_->path().string(), name, c10::str(shape), c10::str(tensor.sizes()));
  }
  void require_all_taken() const {
    for (const auto& entry : file_->entries())
      base::require(taken_.contains(entry.first),
                    "[pipeline] {}: expected a dense layer's tensors but got {} too",
                    file_->path().string(), entry.first);
  }
  std::string name() const { return file_->path().string(); }

 private:
  std::shared_ptr<const format::TensorSource> file_;
  std::set<std::string> taken_;
};

VectorStep make_dense(const SentenceStep& step) {
  DenseWeights weights(step.folder);
  const Tensor weight = weights.take("linear.weight");
  base::require(weight.dim() == 2,
                "[pipeline] {}: expected linear.weight to be a matrix but got {}", weights.name(),
                c10::str(weight.sizes()));
  const std::int64_t out = weight.size(0), in = weight.size(1);
  Tensor bias, residual;
  if (step.bias) weights.require_shape(bias = weights.take("linear.bias"), "linear.bias", {out});
  if (step.residual && in != out)
    weights.require_shape(residual = weights.take("residual.weight"), "residual.weight", {out, in});
  weights.require_all_taken();
  return [=, name = weights.name(), is_residual = step.residual,
          activate = activation_of(step.activation)](const Tensor& x) {
    base::require(x.size(1) == in, "[pipeline] {}: expected vectors of {} numbers but got {}", name,
                  in, x.size(1));
    const Tensor y = activate(torch::linear(x, weight, bias));
    if (!is_residual) return y;
    return y + (residual.defined() ? torch::linear(x, residual) : x);
  };
}

}  // namespace

Tensor scale_to_length_one(const Tensor& vectors) {
  namespace F = torch::nn::functional;
  return F::normalize(vectors, F::NormalizeFuncOptions().dim(-1));
}

VectorStep make_step(const SentenceStep& step) {
  return step.kind == SentenceStep::Kind::dense ? make_dense(step) : scale_to_length_one;
}

}  // namespace roformer::pipeline
