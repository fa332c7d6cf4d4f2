// Which layer a parameter belongs to; what is frozen stays to the bit.
#include "roformer/task/layer_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "roformer/position/encoding_settings.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

namespace fs = std::filesystem;

TEST(HeightOf, EmbeddingsLayersAndHead) {
  const auto height = [](const char* name) { return height_of(name, "bert", 3); };
  EXPECT_EQ(height("bert.embeddings.word_embeddings.weight"), 0);
  EXPECT_EQ(height("bert.embeddings_project.bias"), 0);
  EXPECT_EQ(height("bert.embeddings.position_embeddings.table"), 0);
  EXPECT_EQ(height("bert.embeddings.position_embeddings.layer.2.table"), 3);
  EXPECT_EQ(height("bert.encoder.layer.0.output.dense.weight"), 1);
  EXPECT_EQ(height("bert.encoder.layer.2.attention.output.LayerNorm.bias"), 3);
  for (const char* name : {"bert.pooler.dense.weight", "classifier.weight", "cls.predictions.bias",
                           "roformer.encoder.layer.0.x", "bertish.embeddings.x"})
    EXPECT_EQ(height(name), 4) << name;
}

class LayersOfRunsTest : public testing::Test {
 protected:
  Recipe read(const std::string& kind, const std::vector<std::string>& changes) const {
    std::vector<std::string> all = {"model.num_hidden_layers=3"};
    all.insert(all.end(), changes.begin(), changes.end());
    return tests::read_tiny(files_, tests::tiny_language_recipe(files_, kind), all);
  }
  // The weights by name, before and behind a run.
  std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> trained(
      const Recipe& recipe) const {
    const auto task = open_material(recipe)->make_task(recipe, torch::kCPU);
    std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> weights;
    for (const auto& item : task->module().named_parameters())
      weights[item.key()].first = item.value().detach().clone();
    fs::remove_all(files_.path() / "run");
    train::RunFolder folder(files_.path() / "run", false);
    train::Trainer(*task, recipe.training, folder).run();
    for (const auto& item : task->module().named_parameters())
      weights[item.key()].second = item.value().detach();
    return weights;
  }
  tests::TestFolder files_;
};

TEST_F(LayersOfRunsTest, WhatIsFrozenStaysToTheBit) {
  for (const char* kind : {"masked_lm", "causal_lm"}) {
    for (const auto& [change, frozen] : {std::pair{"optimizer.frozen_layers=2", std::int64_t{2}},
                                         {"optimizer.frozen_embeddings=true", std::int64_t{0}}}) {
      for (const auto& [name, weights] : trained(read(kind, {change}))) {
        // The gradient of the keys' bias is zero but for rounding.
        const bool stays = height_of(name, "roformer", 3) <= frozen;
        if (!stays && name.ends_with("bias")) continue;
        EXPECT_EQ(weights.first.equal(weights.second), stays) << kind << ": " << name;
      }
    }
  }
}

TEST_F(LayersOfRunsTest, EveryEncodingHasItsLayers) {
  for (const std::string& encoding : position::encoding_names()) {
    const Recipe recipe = read("masked_lm", {"model.position_encoding=" + encoding,
                                             "optimizer.frozen_layers=3", "stage.0.steps=2"});
    for (const auto& [name, weights] : trained(recipe)) {
      const std::int64_t height = height_of(name, "roformer", 3);
      EXPECT_LE(height, 4) << encoding << ": " << name;
      if (height == 4) continue;
      EXPECT_TRUE(weights.first.equal(weights.second)) << encoding << ": " << name;
    }
  }
}

TEST_F(LayersOfRunsTest, RatesDecayFromTheHeadDown) {
  const Recipe recipe = read("masked_lm", {"optimizer.layer_decay=0.5"});
  const auto task = open_material(recipe)->make_task(recipe, torch::kCPU);
  for (const auto& [name, factor] : {std::pair{"cls.predictions.transform.dense.weight", 1.0},
                                     {"roformer.encoder.layer.2.output.dense.weight", 0.5},
                                     {"roformer.encoder.layer.0.output.dense.weight", 0.125},
                                     {"roformer.embeddings.word_embeddings.weight", 0.0625}}) {
    EXPECT_TRUE(task->module().named_parameters().contains(name)) << name;
    EXPECT_EQ(task->rate_factor(name), factor) << name;
  }
  const Recipe plain = read("masked_lm", {});
  const auto same = open_material(plain)->make_task(plain, torch::kCPU);
  for (const auto& item : same->module().named_parameters())
    EXPECT_EQ(same->rate_factor(item.key()), 1) << item.key();
}

TEST_F(LayersOfRunsTest, AModelOfOtherNamesIsRefused) {
  Recipe recipe = read("masked_lm", {"optimizer.layer_decay=0.5"});
  const auto task = open_material(recipe)->make_task(recipe, torch::kCPU);
  recipe.model.num_hidden_layers = 4;
  const std::string message =
      tests::error_message([&] { LayerRates(recipe).apply(task->module()); });
  EXPECT_TRUE(tests::has_text(message, "4 layers named roformer.encoder.layer.N")) << message;
}

}  // namespace
}  // namespace roformer::task
