#include "roformer/pipeline/other_model.h"

#include <gtest/gtest.h>

namespace roformer::pipeline {
namespace {

using nlohmann::ordered_json;

TEST(OtherModel, FamiliesOfOursAreNone) {
  for (const char* family : {"bert", "roformer", "marian", "roformer_translation", ""})
    EXPECT_FALSE(other_family({{"model_type", family}})) << family;
  EXPECT_FALSE(other_family(ordered_json::object()));
  EXPECT_FALSE(other_family(nullptr));
  EXPECT_FALSE(other_family({{"model_type", 3}}));
  EXPECT_EQ(other_family({{"model_type", "roberta"}}), "roberta");
}

TEST(OtherModel, SizesHaveOneNameWhateverTheFamilyCallsThem) {
  const ordered_json expected = {{"blocks", 2}, {"hidden", 16}, {"heads", 4}};
  EXPECT_EQ(sizes_in({{"num_hidden_layers", 2}, {"hidden_size", 16}, {"num_attention_heads", 4}}),
            expected);
  EXPECT_EQ(sizes_in({{"n_layers", 2}, {"dim", 16}, {"n_heads", 4}}), expected);
  EXPECT_EQ(sizes_in({{"n_layer", 2}, {"n_embd", 16}, {"n_head", 4}}), expected);
  EXPECT_EQ(sizes_in({{"n_layer", 2}, {"text_config", {{"n_embd", 16}, {"n_head", 4}}}}), expected);
  EXPECT_TRUE(sizes_in({{"n_layer", "two"}}).empty());
  EXPECT_TRUE(sizes_in(nullptr).empty());
}

TEST(OtherModel, IsSaidInWords) {
  EXPECT_EQ(other_model_in_words({{"model_type", "gpt2"},
                                  {"n_layer", 2},
                                  {"n_embd", 16},
                                  {"n_head", 4},
                                  {"vocab_size", 31},
                                  {"n_positions", 40}}),
            "gpt2: 2 blocks of 16, 4 heads; 31 tokens; at most 40 positions");
  EXPECT_EQ(other_model_in_words({{"model_type", "bert"}, {"hidden_size", 8}}), "bert of 8");
  EXPECT_EQ(other_model_in_words(nullptr), "a model of unknown family");
  EXPECT_NE(why_not_computed("distilbert").find("token types"), std::string::npos);
  EXPECT_EQ(why_not_computed("new"),
            "model_type \"new\" is not among those that are: roformer, bert, marian and "
            "roformer_translation");
}

}  // namespace
}  // namespace roformer::pipeline
