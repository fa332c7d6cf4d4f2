#include "roformer/checkpoint/config_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "roformer/base/random.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::checkpoint {
namespace {

using nlohmann::json;

CheckpointConfig parse_text(const std::string& text) {
  return parse_config(text, "config.json");
}

CheckpointConfig parse_with(const json& changes, const char* model_type = "roformer") {
  json object = {{"model_type", model_type}};
  if (!changes.is_null()) object.update(changes);
  return parse_text(object.dump());
}

TEST(ConfigFile, DefaultsAreThoseOfTransformers) {
  const auto roformer = parse_text(R"({"model_type": "roformer"})").encoder;
  EXPECT_EQ(roformer.vocab_size, 50000);
  EXPECT_EQ(roformer.max_position_embeddings, 1536);
  EXPECT_EQ(roformer.embedding_size, 768);
  EXPECT_EQ(roformer.encoding.name, "rotary");
  const auto bert = parse_text(R"({"model_type": "bert"})").encoder;
  EXPECT_EQ(bert.vocab_size, 30522);
  EXPECT_EQ(bert.max_position_embeddings, 512);
  EXPECT_EQ(bert.encoding.name, "learned");
  EXPECT_EQ(bert.layer_norm_eps, 1e-12);
}

TEST(ConfigFile, EmbeddingSizeFollowsHiddenSize) {
  const json sizes = {{"hidden_size", 64}, {"num_attention_heads", 4}};
  EXPECT_EQ(parse_with(sizes).encoder.embedding_size, 64);
  json with_null = sizes;
  with_null["embedding_size"] = nullptr;
  EXPECT_EQ(parse_with(with_null).encoder.embedding_size, 64);
  with_null["embedding_size"] = 32;
  EXPECT_EQ(parse_with(with_null).encoder.embedding_size, 32);
  expect_error({"config.json", "embedding_size", "64", "32"},
               [&] { parse_with(with_null, "bert"); });
}

TEST(ConfigFile, ArchitecturesTellTheClass) {
  const auto architecture = [](const char* name, const char* type = "roformer") {
    return parse_with({{"architectures", {name}}}, type).architecture;
  };
  EXPECT_EQ(architecture("RoFormerForMaskedLM"), "RoFormerForMaskedLM");
  EXPECT_EQ(architecture("BertForPreTraining", "bert"), "BertForPreTraining");
  EXPECT_EQ(architecture("RoFormerForNextSentencePrediction"), "RoFormerForNextSentencePrediction");
  EXPECT_EQ(parse_with({}).architecture, "");
  EXPECT_EQ(parse_with({{"architectures", json::array()}}).architecture, "");
  EXPECT_FALSE(json::parse(format_config(parse_with({}))).contains("architectures"));
}

TEST(ConfigFile, ReadsVariantsOfTheFamily) {
  const auto second = parse_with({{"norm_type", "rms"}, {"use_bias", false}}).encoder;
  EXPECT_EQ(second.norm_type, "rms_norm");  // JunnYu's code takes any other word for it
  EXPECT_FALSE(second.use_bias);
  const CheckpointConfig decoder = parse_with({{"is_decoder", true},
                                               {"add_cross_attention", true},
                                               {"pooler_activation", "linear"},
                                               {"classifier_dropout", 0.25},
                                               {"problem_type", "regression"},
                                               {"summary_type", "mean"},
                                               {"summary_use_proj", true},
                                               {"summary_activation", "tanh"},
                                               {"summary_first_dropout", 0.5}});
  const CheckpointConfig both = parse_text(format_config(decoder));
  const model::HeadConfig& again = both.head;
  EXPECT_TRUE(both.encoder.is_decoder && both.encoder.add_cross_attention);
  EXPECT_EQ(again.pooler_activation, "linear");
  EXPECT_EQ(again.classifier_dropout, 0.25);
  EXPECT_EQ(again.problem_type, "regression");
  EXPECT_EQ(again.summary, decoder.head.summary);
  EXPECT_EQ(again.summary.first_dropout, 0.5);
  expect_error({"add_cross_attention", "is_decoder"}, [] {
    parse_with({{"add_cross_attention", true}});
  });
  expect_error({"summary_type", "attn"}, [] { parse_with({{"summary_type", "attn"}}); });
  expect_error({"classifier_dropout"}, [] { parse_with({{"classifier_dropout", 2}}); });
}

TEST(ConfigFile, LabelsComeFromId2labelOrNumLabels) {
  EXPECT_EQ(parse_with({}).head.num_labels, 2);
  EXPECT_EQ(parse_with({{"num_labels", 5}}).head.num_labels, 5);
  const auto config = parse_with({{"id2label", {{"1", "no"}, {"0", "yes"}, {"2", "perhaps"}}}});
  EXPECT_EQ(config.head.num_labels, 3);
  EXPECT_EQ(config.head.labels, (std::vector<std::string>{"yes", "no", "perhaps"}));
  // As transformers counts them: as many as there are, and LABEL_i where none has the number.
  const auto gaps = parse_with({{"id2label", {{"0", 3}, {"7", "no"}}}});
  EXPECT_EQ(gaps.head.labels, (std::vector<std::string>{"3", "LABEL_1"}));
  expect_error({"id2label"}, [] { parse_with({{"id2label", {"no"}}}); });
  expect_error({"num_labels"}, [] {
    parse_with({{"num_labels", 3}, {"id2label", {{"0", "no"}}}});
  });
  expect_error({"num_labels"}, [] { parse_with({{"num_labels", 0}}); });
}

TEST(ConfigFile, WrongTypesNameFileAndKey) {
  expect_error({"config.json", "vocab_size", "whole number", "\"many\""}, [] {
    parse_with({{"vocab_size", "many"}});
  });
  expect_error({"hidden_size"}, [] { parse_with({{"hidden_size", 1.5}}); });
  expect_error({"vocab_size"}, [] { parse_with({{"vocab_size", 18446744073709551615u}}); });
  expect_error({"hidden_dropout_prob", "number"}, [] {
    parse_with({{"hidden_dropout_prob", "0.1"}});
  });
  expect_error({"rotary_value", "true or false"}, [] { parse_with({{"rotary_value", 1}}); });
  expect_error({"hidden_act", "string"}, [] { parse_with({{"hidden_act", {1}}}); });
  expect_error({"architectures"}, [] { parse_with({{"architectures", 3}}); });
  expect_error({"model_type", "gpt2"}, [] { parse_text(R"({"model_type": "gpt2"})"); });
  expect_error({"model_type"}, [] { parse_text("{}"); });
  expect_error({"config.json", "object", "array"}, [] { parse_text("[]"); });
  expect_error({"config.json", "JSON", "line 2"},
               [] { parse_text("{\n\"model_type\" \"bert\"}"); });
  expect_error({"'vocab_size' twice"}, [] { parse_text(R"({"vocab_size": 1, "vocab_size": 2})"); });
  expect_error({"pooler_activation", "swish"}, [] {
    parse_with({{"pooler_activation", "swish"}});
  });
}

TEST(ConfigFile, WrongValuesNameFileAndKey) {
  expect_error({"config.json", "hidden_act", "swish9"}, [] {
    parse_with({{"hidden_act", "swish9"}});
  });
  expect_error({"config.json", "num_attention_heads"}, [] {
    parse_with({{"num_attention_heads", 7}});
  });
  expect_error({"config.json"}, [] {
    parse_with({{"hidden_size", 21}, {"num_attention_heads", 3}});
  });
  expect_error({"config.json", "vocab_size"}, [] { parse_with({{"vocab_size", 0}}); });
  expect_error({"config.json", "pad_token_id", "99"}, [] {
    parse_with({{"vocab_size", 10}, {"pad_token_id", 99}});
  });
}

TEST(ConfigFile, RefusesModelsThatItDoesNotCompute) {
  expect_error({"position_embedding_type"}, [] {
    parse_with({{"position_embedding_type", "relative_key"}}, "bert");
  });
  EXPECT_NO_THROW(
      parse_with({{"position_embedding_type", "absolute"}, {"is_decoder", false}}, "bert"));
}

TEST(ConfigFile, WritesWhatItReads) {
  CheckpointConfig config = parse_with({{"hidden_size", 64},
                                        {"embedding_size", 32},
                                        {"num_attention_heads", 4},
                                        {"hidden_act", "relu"},
                                        {"rope_theta", 500.0},
                                        {"rotary_dim", 8},
                                        {"rotary_interleaved", false},
                                        {"pad_token_id", 3},
                                        {"architectures", {"RoFormerForMaskedLM"}},
                                        {"torch_dtype", "float16"},
                                        {"inner_group_num", 1},
                                        {"id2label", {{"0", "a"}, {"1", "b"}, {"2", "c"}}}});
  const CheckpointConfig again = parse_text(format_config(config));
  EXPECT_EQ(again.encoder.hidden_size, 64);
  EXPECT_EQ(again.encoder.embedding_size, 32);
  EXPECT_EQ(again.encoder.hidden_act, "relu");
  EXPECT_EQ(again.encoder.encoding.rope_theta, 500.0);
  EXPECT_EQ(again.encoder.encoding.rotary_dim, 8);
  EXPECT_FALSE(again.encoder.encoding.rotary_interleaved);
  EXPECT_EQ(again.encoder.pad_token_id, 3);
  EXPECT_EQ(again.architecture, "RoFormerForMaskedLM");
  EXPECT_EQ(again.head.labels, config.head.labels);
  const json written = json::parse(format_config(config));
  EXPECT_EQ(written.at("inner_group_num"), 1);  // unknown keys survive
  EXPECT_EQ(written.at("dtype"), "float32");
  EXPECT_FALSE(written.contains("torch_dtype"));
  EXPECT_EQ(written.at("label2id").at("c"), 2);
}

TEST(ConfigFile, LeavesOutOurKeysWhereHuggingFaceMeansTheSame) {
  for (const char* type : {"roformer", "bert"}) {
    const json written = json::parse(format_config(parse_with({}, type)));
    for (const char* key :
         {"position_encoding", "rope_theta", "rotary_dim", "rotary_interleaved", "id2label"}) {
      EXPECT_FALSE(written.contains(key)) << type << " " << key;
    }
  }
  CheckpointConfig config = parse_with({}, "bert");
  config.encoder.encoding.name = "rotary";
  EXPECT_EQ(json::parse(format_config(config)).at("position_encoding"), "rotary");
  EXPECT_EQ(parse_text(format_config(config)).encoder.encoding.name, "rotary");
}

TEST(ConfigFile, SurvivesRandomDamage) {
  const std::string good =
      format_config(parse_with({{"hidden_size", 64}, {"num_attention_heads", 4}}));
  constexpr std::uint64_t kRounds = 3000;
  int refused = 0;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    std::string text = good;
    for (std::uint64_t i = 0; i < 1 + round % 3; ++i) {
      const std::uint64_t choice = base::uniform_below(round, 2 * i, 512);
      text[base::uniform_below(round, 2 * i + 1, text.size())] =
          choice < 256 ? static_cast<char>(choice) : good[choice % good.size()];
    }
    if (round % 8 == 0) text.resize(base::uniform_below(round, 99, text.size() + 1));
    try {
      const auto config = parse_text(text).encoder;
      ASSERT_GE(config.vocab_size, 1);
      ASSERT_EQ(config.hidden_size % config.num_attention_heads, 0);
    } catch (const Error& error) {
      ASSERT_NE(std::string(error.what()).find("config.json"), std::string::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace roformer::checkpoint
