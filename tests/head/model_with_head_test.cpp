#include "roformer/head/model_with_head.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

// A head begins alike whatever the encoding of its trunk.
TEST(ModelWithHead, TheEncodingChangesNoOtherInitialWeight) {
  for (const Description& head : all()) {
    for (const auto& [family, own] : head.classes) {
      const auto parameters_of = [&](const char* encoding) {
        Holdings holdings{small_config(family), {}, {}};
        holdings.config.encoding.name = encoding;
        torch::manual_seed(3);
        return head.make(holdings)->module().named_parameters();
      };
      const auto rotary = parameters_of("rotary"), learned = parameters_of("learned");
      EXPECT_EQ(learned.size(), rotary.size() + 1) << own.name;
      for (const auto& item : rotary)
        EXPECT_TRUE(torch::equal(learned[item.key()], item.value())) << own.name << item.key();
    }
  }
}

TEST(ModelWithHead, PartsOfOneModelAreDrawnApart) {
  torch::manual_seed(3);
  const auto model = choose("BertForPreTraining", {small_config("bert"), {}, {}})
                         .make({small_config("bert"), {}, {}});
  const auto pooler = parameter(model->module(), "bert.pooler.dense.weight"),
             inner = parameter(model->module(), "cls.predictions.transform.dense.weight"),
             block =
                 parameter(model->module(), "bert.encoder.layer.0.attention.output.dense.weight");
  EXPECT_FALSE(torch::equal(pooler, inner) || torch::equal(pooler, block) ||
               torch::equal(inner, block));
}

TEST(ModelWithHead, DropoutIsAFunctionOfTheSeed) {
  auto config = small_config();
  config.hidden_dropout_prob = 0.5;
  auto model = random_head("ForSequenceClassification", config);
  const auto logits = [&](std::uint64_t seed) {
    const PaddedCall call(small_inputs(), *model, torch::kCPU, seed);
    return model->outputs(torch::ones({13, 8}), call).at("logits");
  };
  const torch::Tensor kept = logits(3);
  EXPECT_TRUE(torch::equal(kept[0], kept[2]));  // nothing is dropped in evaluation
  model->train();
  const torch::Tensor dropped = logits(3);
  EXPECT_FALSE(torch::equal(dropped[0], dropped[2]));
  EXPECT_TRUE(torch::equal(dropped, logits(3)));
  EXPECT_FALSE(torch::equal(dropped, logits(4)));
}

TEST(ModelWithHead, TheTrunkIsCalledByItsFamily) {
  auto bert = random_head("ForSequenceClassification", small_config("bert"));
  parameter(*bert, "bert.embeddings.word_embeddings.weight");
  EXPECT_TRUE(bert->has_pooler());
  auto roformer = random_head("ForSequenceClassification", small_config());
  parameter(*roformer, "roformer.embeddings.word_embeddings.weight");
  EXPECT_FALSE(roformer->has_pooler());
  EXPECT_EQ(&roformer->module(), roformer.get());
}

}  // namespace
}  // namespace roformer::head
