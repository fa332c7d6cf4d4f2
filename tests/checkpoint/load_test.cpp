#include "roformer/checkpoint/load.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/checkpoint/save.h"
#include "roformer/head/registry.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/inspect.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/position/variants.h"

namespace roformer::checkpoint {
namespace {

model::EncoderConfig small_config(const std::string& model_type = "roformer") {
  model::EncoderConfig config;
  config.model_type = model_type;
  config.encoding.name = model_type == "bert" ? "learned" : "rotary";
  config.vocab_size = 19;
  config.hidden_size = 16;
  config.embedding_size = model_type == "bert" ? 16 : 8;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 24;
  config.max_position_embeddings = 11;
  return config;
}

// Every parameter different from what initialisation gives.
template <typename Module>
Module random_module(const model::EncoderConfig& config, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(seed);
  Module module(config);
  for (torch::Tensor& parameter : module->parameters()) parameter.normal_();
  return module;
}

// The same of a class by its name.
std::shared_ptr<head::Model> random_model(const std::string& class_name,
                                          const model::EncoderConfig& config,
                                          const model::HeadConfig& head = {}, bool pooled = false) {
  const torch::NoGradGuard no_grad;
  head::Holdings holdings{config, head, {}};
  if (pooled) holdings.shapes[head::pooler_weight] = {16, 16};
  auto model = head::choose(class_name, holdings).make(holdings);
  for (torch::Tensor& parameter : model->module().parameters()) parameter.normal_();
  return model;
}

void save_encoder(const model::EncoderImpl& module, const model::EncoderConfig& config,
                  const TemporaryFolder& folder) {
  const char* name = config.model_type == "bert" ? "BertModel" : "RoFormerModel";
  save_model(module, {config, {}, name, {}}, folder.path());
}

void erase_key(const TemporaryFolder& folder, const char* key) {
  auto text = nlohmann::json::parse(base::read_file(folder / "config.json"));
  text.erase(key);
  base::write_file_atomically(folder / "config.json", text.dump());
}

void expect_same_parameters(const torch::nn::Module& expected, const torch::nn::Module& found) {
  const auto parameters = found.named_parameters();
  ASSERT_EQ(parameters.size(), expected.named_parameters().size());
  for (const auto& item : expected.named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), parameters[item.key()])) << item.key();
  }
}

// Whether config.json names the class or not.
void expect_round_trip(const std::string& class_name, const model::EncoderConfig& config,
                       const model::HeadConfig& head = {}, bool pooled = false) {
  SCOPED_TRACE(class_name);
  const TemporaryFolder folder("roundtrip");
  const auto saved = random_model(class_name, config, head, pooled);
  save_model(saved->module(), {config, head, class_name, {}}, folder.path());
  for (const char* key : {"dtype", "architectures"}) {
    erase_key(folder, key);
    const auto loaded = load_model(folder.path());
    expect_same_parameters(saved->module(), loaded.module->module());
    EXPECT_TRUE(loaded.report.missing.empty());
    EXPECT_TRUE(loaded.report.unused.empty());
    EXPECT_EQ(loaded.config.architecture, class_name);
    EXPECT_FALSE(loaded.module->module().is_training());
    EXPECT_EQ(pipeline::inspect(folder.path()).config.architecture, class_name);
  }
}

TEST(Load, RoundTripOfEveryClass) {
  model::HeadConfig three;
  three.num_labels = 3;
  for (const std::string family : {"RoFormer", "Bert"}) {
    auto config = small_config(family == "Bert" ? "bert" : "roformer");
    expect_round_trip(family + "Model", config);
    expect_round_trip(family + "Model", config, {}, /*pooled=*/true);
    for (const bool tied : {true, false}) {
      config.tie_word_embeddings = tied;
      expect_round_trip(family + "ForMaskedLM", config);
    }
    expect_round_trip(family + "ForSequenceClassification", config, three);
    expect_round_trip(family + "ForTokenClassification", config, three);
    expect_round_trip(family + "ForMultipleChoice", config);
    expect_round_trip(family + "ForQuestionAnswering", config);
    config.is_decoder = config.add_cross_attention = true;
    const std::string causal = family == "Bert" ? "BertLMHeadModel" : "RoFormerForCausalLM";
    expect_round_trip(causal, config);
    expect_round_trip(causal, config, {}, /*pooled=*/true);
  }
  expect_round_trip("BertForPreTraining", small_config("bert"));
  expect_round_trip("BertForNextSentencePrediction", small_config("bert"));
}

TEST(Load, ClassesThatNothingTellsApartAreRefusedByName) {
  const TemporaryFolder folder("ambiguous");
  model::HeadConfig one;
  one.num_labels = 1;
  const auto config = small_config();
  const auto saved = random_model("RoFormerForTokenClassification", config, one);
  save_model(saved->module(), {config, one, "RoFormerForMultipleChoice", {}}, folder.path());
  EXPECT_EQ(load_model(folder.path()).config.architecture, "RoFormerForMultipleChoice");
  erase_key(folder, "architectures");
  expect_error({"architectures", "RoFormerForMultipleChoice and of RoFormerForTokenClassification"},
               [&] { load_model(folder.path()); });
  const auto described = pipeline::inspect(folder.path());
  ASSERT_FALSE(described.oddities.empty());
  const std::string& last = described.oddities.back();
  EXPECT_NE(last.find("RoFormerForMultipleChoice or of RoFormerForTokenClassification: say which"),
            std::string::npos)
      << last;
  // Who asks for a class of its own is not concerned.
  EXPECT_TRUE(load_model<model::Encoder>(folder.path()).report.missing.empty());
}

TEST(Load, RoundTripWithoutTokenTypes) {
  auto config = small_config();
  config.type_vocab_size = 0;
  expect_round_trip("RoFormerForMaskedLM", config);
  const TemporaryFolder folder("types");
  save_encoder(*random_module<model::Encoder>(config, 1), config, folder);
  const auto oddities = pipeline::inspect(folder.path()).oddities;
  ASSERT_FALSE(oddities.empty());
  EXPECT_NE(oddities[0].find("no token types"), std::string::npos) << oddities[0];
}

TEST(Load, RoundTripOfEncodingsThatHuggingFaceLacks) {
  for (const position::Variant& variant : position::all_variants()) {
    SCOPED_TRACE(variant.label);
    auto config = small_config();
    config.encoding = variant.settings;
    expect_round_trip("RoFormerForMaskedLM", config);
  }
  auto config = small_config("bert");
  config.encoding.name = "rotary";
  config.num_hidden_layers = 0;
  expect_round_trip("BertModel", config);
}

// A table's size is compared before anything of that size is made.
TEST(Load, RowsOfPositionTablesMustFitTheConfiguration) {
  const TemporaryFolder folder("tables");
  for (const char* name :
       {"learned", "shaw", "music", "t5", "clipped_bias", "tupe", "deberta", "huang"}) {
    auto config = small_config();
    config.encoding.name = name;
    const auto saved = random_module<model::Encoder>(config, 1);
    config.max_position_embeddings = config.encoding.deberta_distance = config.encoding.shaw_clip =
        config.encoding.clipped_distance = std::int64_t{1} << 20;
    config.encoding.t5_buckets = config.encoding.t5_max_distance = std::int64_t{1} << 20;
    save_encoder(*saved, config, folder);
    expect_error({"position_embeddings", "expected shape"},
                 [&] { load_model<model::Encoder>(folder.path()); });
  }
}

TEST(Load, WritesHuggingFacesNames) {
  const auto tensors = weights_by_file_name(*random_module<head::LanguageModel>(small_config(), 1));
  EXPECT_EQ(tensors.at("roformer.encoder.layer.1.attention.self.key.weight").sizes(),
            (torch::IntArrayRef{16, 16}));
  EXPECT_EQ(tensors.at("cls.predictions.transform.dense.weight").sizes(),
            (torch::IntArrayRef{8, 16}));
  EXPECT_TRUE(tensors.contains("roformer.embeddings_project.bias"));
  for (const auto& [name, tensor] : tensors) EXPECT_EQ(name.find("qkv"), std::string::npos);
  EXPECT_FALSE(tensors.contains("cls.predictions.decoder.weight"));
}

TEST(Load, AnEncoderTakesAnyPrefixAndLeavesTheHeadUnused) {
  const TemporaryFolder folder("prefix");
  const auto saved = random_module<head::LanguageModel>(small_config(), 2);
  save_model(*saved, folder.path());
  const auto loaded = load_model<model::Encoder>(folder.path());
  expect_same_parameters(*saved->encoder(), *loaded.module);
  EXPECT_EQ(loaded.report.unused.size(), 5u);  // bias, dense and LayerNorm of the head
}

TEST(Load, AMissingHeadIsReportedAndAMissingEncoderIsAnError) {
  const TemporaryFolder folder("missing");
  const auto saved = random_module<model::Encoder>(small_config(), 3);
  save_encoder(*saved, small_config(), folder);
  const auto loaded = load_model<head::LanguageModel>(folder.path());
  EXPECT_EQ(loaded.report.missing.size(), 5u);
  expect_same_parameters(*saved, *loaded.module->encoder());

  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  tensors.erase("encoder.layer.0.output.dense.bias");
  format::save_tensors(folder / "model.safetensors", tensors);
  expect_error({"model.safetensors", "encoder.layer.0.output.dense.bias"},
               [&] { load_model<model::Encoder>(folder.path()); });
}

TEST(Load, AWrongShapeIsFoundBeforeAnythingIsWritten) {
  const TemporaryFolder folder("shape");
  save_encoder(*random_module<model::Encoder>(small_config(), 4), small_config(), folder);
  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  tensors["encoder.layer.1.output.LayerNorm.bias"] = torch::zeros(15);
  format::save_tensors(folder / "model.safetensors", tensors);
  const auto module = random_module<model::Encoder>(small_config(), 5);
  torch::nn::Module& target = *module.ptr();
  expect_error({"tensor 'encoder.layer.1.output.LayerNorm.bias'", "(16)", "(15)"},
               [&] { load_weights(target, open_weights(folder.path())); });
  expect_same_parameters(*random_module<model::Encoder>(small_config(), 5), *module);

  tensors["encoder.layer.1.output.LayerNorm.bias"] = torch::zeros(16, torch::kLong);
  format::save_tensors(folder / "model.safetensors", tensors);
  expect_error({"F32", "I64"}, [&] { load_weights(target, open_weights(folder.path())); });
}

TEST(Load, HalfPrecisionBecomesFloat32) {
  const TemporaryFolder folder("half");
  const auto saved = random_module<model::Encoder>(small_config(), 6);
  save_encoder(*saved, small_config(), folder);
  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  for (auto& [name, tensor] : tensors) tensor = tensor.to(torch::kBFloat16);
  format::save_tensors(folder / "model.safetensors", tensors);
  const auto loaded = load_model<model::Encoder>(folder.path());
  const torch::Tensor words = loaded.module->word_embeddings();
  EXPECT_EQ(words.scalar_type(), torch::kFloat);
  EXPECT_TRUE(torch::equal(words, saved->word_embeddings().to(torch::kBFloat16).to(torch::kFloat)));
}

TEST(Load, IgnoresTheSinusoidTable) {
  const TemporaryFolder folder("table");
  save_encoder(*random_module<model::Encoder>(small_config(), 7), small_config(), folder);
  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  tensors["encoder.embed_positions.weight"] = torch::zeros({3, 5});
  format::save_tensors(folder / "model.safetensors", tensors);
  EXPECT_TRUE(load_model<model::Encoder>(folder.path()).report.unused.empty());
}

TEST(Load, PoolerIsThereOrNot) {
  const TemporaryFolder folder("pooler");
  const auto config = small_config("bert");
  save_encoder(*random_module<model::PooledEncoder>(config, 8), config, folder);
  const auto reads = [&] { return load_model(folder.path()).module->reading({}).columns; };
  EXPECT_EQ(reads(), head::Columns::first);
  EXPECT_TRUE(load_model<model::PooledEncoder>(folder.path()).report.missing.empty());
  save_encoder(*random_module<model::Encoder>(config, 8), config, folder);
  EXPECT_EQ(reads(), head::Columns::tokens);
  EXPECT_EQ(load_model<model::PooledEncoder>(folder.path()).report.missing,
            (std::vector<std::string>{"pooler.dense.weight", "pooler.dense.bias"}));
}

TEST(Load, NothingIsDrawnForAWholeFile) {
  const TemporaryFolder folder("undrawn");
  torch::manual_seed(5);
  const torch::Tensor expected = torch::rand({3});
  for (const position::Variant& variant : position::all_variants()) {
    auto config = small_config();
    config.encoding = variant.settings;
    save_encoder(*random_module<model::Encoder>(config, 3), config, folder);
    torch::manual_seed(5);
    load_model<model::Encoder>(folder.path());
    EXPECT_TRUE(torch::equal(torch::rand({3}), expected)) << variant.label;
  }
}

TEST(Load, ASeedGivesAMissingHeadTheWeightsOfAFreshModule) {
  const TemporaryFolder folder("drawn-head");
  save_model(*random_module<model::Encoder>(small_config(), 3),
             {small_config(), {}, "RoFormerForSequenceClassification", {}}, folder.path());
  torch::manual_seed(5);
  const auto fresh = head::choose("RoFormerForSequenceClassification", {small_config(), {}, {}})
                         .make({small_config(), {}, {}});
  torch::manual_seed(5);
  const auto loaded = load_model(folder.path()).module;
  const auto found = loaded->module().named_parameters();
  for (const auto& item : fresh->module().named_parameters()) {
    if (!item.key().starts_with("classifier.")) continue;
    EXPECT_TRUE(torch::equal(found[item.key()], item.value())) << item.key();
  }
}

TEST(Load, NoConfigurationAsksForMoreThanTheFileHas) {
  const TemporaryFolder folder("plausible");
  const auto saved = random_module<model::Encoder>(small_config(), 3);
  const auto refused = [&](const auto& change, std::initializer_list<const char*> words) {
    auto config = small_config();
    change(config);
    save_encoder(*saved, config, folder);
    expect_error(words, [&] { load_model<model::Encoder>(folder.path()); });
  };
  constexpr std::int64_t huge = std::int64_t{1} << 50;
  refused([](auto& c) { c.num_hidden_layers = huge; }, {"model.safetensors", "num_hidden_layers"});
  refused([](auto& c) { c.num_hidden_layers = 3; }, {"num_hidden_layers"});
  refused([](auto& c) { c.hidden_size = huge; }, {"model.safetensors", "hidden_size"});
  refused([](auto& c) { c.hidden_size = 200; }, {"expected shape", "200"});
  refused([](auto& c) { c.vocab_size = huge; }, {"vocab_size"});
  refused([](auto& c) { c.vocab_size = 20; }, {"word_embeddings", "(20, 8)", "(19, 8)"});
  refused([](auto& c) { c.intermediate_size = huge; }, {"intermediate_size"});
  refused([](auto& c) { c.embedding_size = huge; }, {"embedding_size"});
  refused([](auto& c) { c.type_vocab_size = huge; }, {"type_vocab_size"});
  refused(
      [](auto& c) {
        c.encoding.name = "t5";
        c.encoding.t5_buckets = c.encoding.t5_max_distance = std::int64_t{1} << 62;
      },
      {"model.safetensors", "fit into memory"});
}

}  // namespace
}  // namespace roformer::checkpoint
