#include "roformer/pipeline/file_description.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "tests/checkpoint/tensors_in_memory.h"

namespace roformer::pipeline {
namespace {

using checkpoint::CheckpointConfig;
using checkpoint::TensorsInMemory;
using checkpoint::Weights;
using Names = std::vector<std::string>;

Weights weights_of(const format::TensorMap& tensors, const char* format = "safetensors") {
  return Weights(std::make_shared<TensorsInMemory>(tensors, format::find_tensor_format(format)));
}

bool says(const Names& oddities, const std::string& words) {
  return std::any_of(oddities.begin(), oddities.end(),
                     [&](const std::string& one) { return one.find(words) != one.npos; });
}

TEST(FileDescription, TypesAreThoseOfMostNumbersFirst) {
  EXPECT_EQ(element_types(weights_of({{"a", torch::zeros({2})},
                                      {"b", torch::zeros({3}, torch::kHalf)},
                                      {"c", torch::zeros({1}, torch::kLong)}})),
            "float16 and float32 and int64");
  EXPECT_EQ(
      bytes_of(weights_of({{"a", torch::zeros({2})}, {"b", torch::zeros({3}, torch::kHalf)}})),
      14u);
}

TEST(FileDescription, NamesTensorsWithNumbersThatAreNone) {
  torch::Tensor bad = torch::ones({3, 2});
  bad[2][1] = std::nan("");
  const Weights weights = weights_of({{"bad", bad},
                                      {"good", torch::ones({2})},
                                      {"infinite", torch::tensor({1.0f, -INFINITY})},
                                      {"whole", torch::ones({2}, torch::kLong)}});
  const Names names = not_finite_in(weights);
  EXPECT_EQ(names, (Names{"bad", "infinite"}));
  EXPECT_TRUE(says(oddities_of({}, weights, names), "2 tensors hold numbers that are not finite"));
  EXPECT_TRUE(says(describe_not_finite(names), "bad, infinite"));
  EXPECT_TRUE(describe_not_finite({}).empty());
  EXPECT_TRUE(says(describe_not_finite(Names(7, "x")), "x, x, x, x, x, x, …"));
}

TEST(FileDescription, SaysWhoWroteTheFiles) {
  CheckpointConfig config;
  const Weights weights = weights_of({{"a", torch::zeros({1})}});
  EXPECT_EQ(made_by(config, weights), "not stated; the names are Hugging Face's");
  config.source = R"({"transformers_version":"5.2"})";
  EXPECT_EQ(made_by(config, weights), "transformers 5.2");
  config.source = R"({"roformer_version":"0.1.0"})";
  EXPECT_EQ(made_by(config, weights), "roformer 0.1.0");
  config.source = R"({"roformer_version":"0.1.0","transformers_version":"5.2"})";
  EXPECT_EQ(made_by(config, weights), "transformers 5.2, of a model that roformer 0.1.0 had saved");
  EXPECT_EQ(stated_writer("{"), "");
  config.source = R"({"norm_type":"rms_norm"})";
  EXPECT_EQ(made_by(config, weights), "JunnYu's roformer package");
  const Weights google =
      weights_of({{"bert/pooler/dense/kernel", torch::zeros({1, 2})}}, "tensorflow");
  EXPECT_EQ(made_by(config, google), "bert4keras (TensorFlow)");
  config.encoder.model_type = "bert";
  EXPECT_EQ(made_by(config, google), "Google's BERT or bert4keras (TensorFlow)");
}

TEST(FileDescription, FindsHeadsByTheirWeights) {
  CheckpointConfig config;
  config.encoder.model_type = "bert";
  config.head.labels = {"no", "yes"};
  const Weights weights = weights_of({{"cls.predictions.bias", torch::zeros({3})},
                                      {"bert.pooler.dense.weight", torch::zeros({2, 2})},
                                      {"cls.seq_relationship.weight", torch::zeros({2, 2})},
                                      {"classifier.weight", torch::zeros({2, 4})},
                                      {"qa_outputs.weight", torch::zeros({2, 2})}});
  EXPECT_EQ(heads_in(config, weights),
            (Names{"masked language model", "pooler", "next sentence",
                   "classifier of 2 labels (no, yes)", "question answering"}));
  EXPECT_TRUE(heads_in(config, weights_of({{"a", torch::zeros({1})}})).empty());
}

TEST(FileDescription, TellsWhatIsUnusual) {
  CheckpointConfig config;
  const auto oddities = [&](const format::TensorMap& tensors, const char* format = "safetensors") {
    return oddities_of(config, weights_of(tensors, format), {});
  };
  const format::TensorMap plain = {{"a", torch::zeros({1})}};
  EXPECT_TRUE(says(oddities(plain, "pytorch"), "a pickle"));
  EXPECT_FALSE(says(oddities(plain, "pytorch"), "before version 1.6"));
  EXPECT_TRUE(says(oddities(plain, "pytorch-legacy"), "before version 1.6"));
  EXPECT_TRUE(says(oddities(plain, "pytorch-legacy"), "a pickle"));
  EXPECT_FALSE(says(oddities(plain), "pickle"));
  EXPECT_TRUE(says(oddities({{"a/kernel", torch::zeros({1, 1})}}, "tensorflow"), "TensorFlow's"));
  EXPECT_TRUE(says(oddities({{"LayerNorm.gamma", torch::zeros({1})}}), "1 tensors have old"));
  EXPECT_TRUE(says(oddities({{"a", torch::zeros({1}, torch::kHalf)}}), "float16"));
  EXPECT_TRUE(says(oddities({{"roformer.encoder.embed_positions.weight", torch::zeros({7, 2})}}),
                   "sines for 7 positions"));
  config.encoder.norm_type = "rms_norm";
  EXPECT_TRUE(says(oddities(plain), "a RoFormerV2"));
}

}  // namespace
}  // namespace roformer::pipeline
