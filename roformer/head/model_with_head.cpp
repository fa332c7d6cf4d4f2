#include "roformer/head/model_with_head.h"

#include "roformer/base/random.h"
#include "roformer/model/initialize.h"
#include "roformer/model/norm.h"

namespace roformer::head {
namespace {

// Seeds of the heads' dropouts, apart from the encoder's 0 .. L.
constexpr std::uint64_t first_head_stream = 1'000'000;

}  // namespace

torch::Tensor ModelWithHead::dropped(const torch::Tensor& x, double probability,
                                     std::uint64_t dropout_seed, std::uint64_t site) const {
  if (!is_training()) return x;
  return model::dropout(x, {probability, base::derive(dropout_seed, first_head_stream + site)});
}

torch::Tensor ModelWithHead::dropped(const torch::Tensor& x, std::uint64_t dropout_seed) const {
  return dropped(x, head_config_.classifier_dropout.value_or(config().hidden_dropout_prob),
                 dropout_seed);
}

std::shared_ptr<torch::nn::Module> ModelWithHead::group(const std::string& name) {
  const auto children = named_children();
  const auto* found = children.find(name);
  return found != nullptr ? *found : register_module(name, std::make_shared<model::NamedGroup>());
}

model::Linear ModelWithHead::add_product(const std::string& name, std::int64_t out) {
  model::Linear product(config().hidden_size, out);
  model::initialize(*product, name, config(), encoder()->weights_seed());
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return register_module(name, product);
  return group(name.substr(0, dot))->register_module(name.substr(dot + 1), product);
}

}  // namespace roformer::head
