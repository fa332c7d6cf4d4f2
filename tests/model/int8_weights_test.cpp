// tests of weights that are int8 themselves: the layer's own and one tied to a table of words.
#include "roformer/model/int8_weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <stdexcept>

#include "roformer/model/encoder_decoder.h"
#include "roformer/model/linear.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::model {
namespace {

using torch::Tensor;

TEST(Int8WeightsTest, ALayerComputesAsTheFormOfItsFloatsAndWidensToWhatItsIntegersStandFor) {
  const torch::NoGradGuard no_gradient;
  Linear layer(48, 40), floats(48, 40);
  layer->eval();
  floats->eval();
  const Tensor weight = torch::randn({40, 48}), bias = torch::randn({40}),
               x = torch::randn({5, 48});
  for (LinearImpl* one : {layer.get(), floats.get()}) {
    one->weight.copy_(weight);
    one->bias.copy_(bias);
  }
  EXPECT_FALSE(holds_int8(*layer));
  const product::Int8Values values = product::quantize_weight(weight);
  layer->hold(values);
  floats->prepare(product::ComputeType::int8);
  EXPECT_TRUE(holds_int8(*layer));
  EXPECT_TRUE(torch::equal(layer->forward(x), floats->forward(x)));
  EXPECT_TRUE(torch::equal(layer->activated(x, product::Activation::gelu),
                           floats->activated(x, product::Activation::gelu)));
  prepare_for_inference(*layer, product::ComputeType::int8);  // it is
  EXPECT_TRUE(layer->is_int8());
  EXPECT_THROW(layer->train(), std::runtime_error);
  EXPECT_THROW(layer->forward(x.to(torch::kFloat64)), std::runtime_error);
  EXPECT_THROW(layer->hold(product::quantize_weight(torch::ones({48, 40}))), std::runtime_error);
  layer->hold(values);  // anew
  widen_int8(*layer);
  EXPECT_FALSE(holds_int8(*layer));
  EXPECT_TRUE(torch::equal(layer->weight, product::widen_weight(values)));
  EXPECT_TRUE(
      torch::allclose(layer->forward(x), torch::addmm(bias, x, layer->weight.t()), 1e-4, 1e-4));
}

TEST(Int8WeightsTest, ATableOfWordsIsOneForAllWhoHaveIt) {
  const torch::NoGradGuard no_gradient;
  EncoderConfig side = translation_preset("transformer-tiny");
  side.vocab_size = 60;
  EncoderDecoder model(both_sides(side));
  model->eval();
  const product::Int8Values values =
      product::quantize_weight(model->named_parameters()["shared.weight"]);
  model->encoder()->hold_words(values);
  model->decoder()->hold_words(values);
  EXPECT_TRUE(holds_int8(*model));
  EXPECT_EQ(model->named_parameters()["shared.weight"].scalar_type(), torch::kInt8);
  EXPECT_EQ(model->decoder()->word_embeddings().scalar_type(), torch::kInt8);
  widen_int8(*model);
  EXPECT_FALSE(holds_int8(*model));
  EXPECT_TRUE(torch::equal(model->encoder()->word_embeddings(), product::widen_weight(values)));
}

}  // namespace
}  // namespace roformer::model
