#include "roformer/checkpoint/foreign_names.h"

#include <gtest/gtest.h>

namespace roformer::checkpoint {
namespace {

struct NameCase {
  const char* theirs;
  const char* ours;
  std::size_t dimensions;
  bool transposed;
};

const NameCase kNames[] = {
    {"bert/embeddings/word_embeddings", "bert.embeddings.word_embeddings.weight", 2, false},
    {"bert/embeddings/token_type_embeddings", "bert.embeddings.token_type_embeddings.weight", 2,
     false},
    {"bert/embeddings/position_embeddings", "bert.embeddings.position_embeddings.weight", 2, false},
    {"bert/embeddings/LayerNorm/gamma", "bert.embeddings.LayerNorm.weight", 1, false},
    {"bert/embeddings/LayerNorm/beta", "bert.embeddings.LayerNorm.bias", 1, false},
    {"bert/encoder/embedding_hidden_mapping_in/kernel", "bert.embeddings_project.weight", 2, true},
    {"bert/encoder/embedding_hidden_mapping_in/bias", "bert.embeddings_project.bias", 1, false},
    {"bert/encoder/layer_0/attention/self/query/kernel",
     "bert.encoder.layer.0.attention.self.query.weight", 2, true},
    {"bert/encoder/layer_11/attention/output/dense/bias",
     "bert.encoder.layer.11.attention.output.dense.bias", 1, false},
    {"bert/encoder/layer_3/output/LayerNorm/beta", "bert.encoder.layer.3.output.LayerNorm.bias", 1,
     false},
    {"bert/pooler/dense/kernel", "bert.pooler.dense.weight", 2, true},
    {"cls/predictions/transform/dense/kernel", "cls.predictions.transform.dense.weight", 2, true},
    {"cls/predictions/transform/LayerNorm/gamma", "cls.predictions.transform.LayerNorm.weight", 1,
     false},
    {"cls/predictions/output_bias", "cls.predictions.bias", 1, false},
    {"cls/seq_relationship/output_weights", "cls.seq_relationship.weight", 2, false},
    {"cls/seq_relationship/output_bias", "cls.seq_relationship.bias", 1, false},
    {"output_weights", "classifier.weight", 2, false},
    {"output_bias", "classifier.bias", 1, false},
    {"classifier/dense/kernel", "classifier.dense.weight", 2, true},
};

TEST(ForeignNames, TensorFlowsBothWays) {
  for (const NameCase& name : kNames) {
    const auto ours = from_tensorflow(name.theirs, name.dimensions);
    ASSERT_TRUE(ours.has_value()) << name.theirs;
    EXPECT_EQ(ours->name, name.ours);
    EXPECT_EQ(ours->transposed, name.transposed) << name.theirs;
    const ForeignName theirs = to_tensorflow(name.ours, name.dimensions);
    EXPECT_EQ(theirs.name, name.theirs);
    EXPECT_EQ(theirs.transposed, name.transposed) << name.theirs;
  }
}

TEST(ForeignNames, OptimizersAreNoWeights) {
  for (const char* name : {"global_step", "bert/pooler/dense/bias/adam_m",
                           "bert/pooler/dense/bias/adam_v", "beta1_power", "bert/x/Adam_1"}) {
    EXPECT_FALSE(from_tensorflow(name, 1).has_value()) << name;
  }
}

TEST(ForeignNames, OldAndWrappedNames) {
  EXPECT_EQ(from_pytorch("module.bert.embeddings.LayerNorm.gamma"),
            "bert.embeddings.LayerNorm.weight");
  EXPECT_EQ(from_pytorch("LayerNorm.beta"), "LayerNorm.bias");
  EXPECT_EQ(from_pytorch("classifier.weight"), "classifier.weight");
  EXPECT_EQ(to_gamma_beta("bert.embeddings.LayerNorm.bias"), "bert.embeddings.LayerNorm.beta");
  EXPECT_EQ(to_gamma_beta("classifier.bias"), "classifier.bias");
  EXPECT_EQ(with_prefix("bert.encoder.layer.0.x", "roformer."), "roformer.encoder.layer.0.x");
  EXPECT_EQ(with_prefix("embeddings.x", "bert."), "bert.embeddings.x");
  EXPECT_EQ(with_prefix("bert.pooler.dense.bias", ""), "pooler.dense.bias");
  EXPECT_EQ(with_prefix("cls.predictions.bias", "bert."), "cls.predictions.bias");
}

}  // namespace
}  // namespace roformer::checkpoint
