#include "roformer/checkpoint/load.h"

#include <gtest/gtest.h>

#include "roformer/checkpoint/save.h"
#include "roformer/model/classifiers.h"
#include "roformer/model/language_models.h"
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
Module random_module(const model::EncoderConfig& config, std::uint64_t seed,
                     const model::HeadConfig& head = {}) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(seed);
  auto module = make_module<Module>({config, head, Architecture::encoder, {}});
  for (torch::Tensor& parameter : module->parameters()) parameter.normal_();
  return module;
}

void expect_same_parameters(const torch::nn::Module& expected, const torch::nn::Module& found) {
  const auto parameters = found.named_parameters();
  ASSERT_EQ(parameters.size(), expected.named_parameters().size());
  for (const auto& item : expected.named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), parameters[item.key()])) << item.key();
  }
}

template <typename Module>
void expect_round_trip(const model::EncoderConfig& config, Architecture architecture,
                       const model::HeadConfig& head = {}) {
  const TemporaryFolder folder("roundtrip");
  const auto saved = random_module<Module>(config, 1, head);
  save_model(*saved, {config, head, architecture, {}}, folder.path());
  const auto loaded = load_model<Module>(folder.path());
  expect_same_parameters(*saved, *loaded.module);
  EXPECT_TRUE(loaded.report.missing.empty());
  EXPECT_TRUE(loaded.report.unused.empty());
  EXPECT_EQ(loaded.config.architecture, architecture);
  EXPECT_FALSE(loaded.module->is_training());
}

TEST(Load, RoundTripOfEveryClass) {
  for (const char* type : {"roformer", "bert"}) {
    auto config = small_config(type);
    expect_round_trip<model::Encoder>(config, Architecture::encoder);
    expect_round_trip<model::MaskedLanguageModel>(config, Architecture::masked_language_model);
    config.tie_word_embeddings = false;
    expect_round_trip<model::MaskedLanguageModel>(config, Architecture::masked_language_model);
    model::HeadConfig head;
    head.num_labels = 3;
    expect_round_trip<model::SequenceClassifier>(config, Architecture::sequence_classifier, head);
    expect_round_trip<model::TokenClassifier>(config, Architecture::token_classifier, head);
    expect_round_trip<model::PooledEncoder>(config, Architecture::pooled_encoder);
    expect_round_trip<model::MultipleChoice>(config, Architecture::multiple_choice);
    expect_round_trip<model::QuestionAnswering>(config, Architecture::question_answering);
    config.is_decoder = config.add_cross_attention = true;
    expect_round_trip<model::CausalLanguageModel>(config, Architecture::causal_language_model);
    expect_round_trip<model::PooledCausalLanguageModel>(config,
                                                        Architecture::pooled_causal_language_model);
  }
}

TEST(Load, RoundTripWithoutTokenTypes) {
  auto config = small_config();
  config.type_vocab_size = 0;
  expect_round_trip<model::MaskedLanguageModel>(config, Architecture::masked_language_model);
  const TemporaryFolder folder("types");
  save_model(*random_module<model::Encoder>(config, 1), config, Architecture::encoder,
             folder.path());
  const auto oddities = pipeline::inspect(folder.path()).oddities;
  ASSERT_FALSE(oddities.empty());
  EXPECT_NE(oddities[0].find("no token types"), std::string::npos) << oddities[0];
}

TEST(Load, RoundTripOfEncodingsThatHuggingFaceLacks) {
  for (const position::Variant& variant : position::all_variants()) {
    SCOPED_TRACE(variant.label);
    auto config = small_config();
    config.encoding = variant.settings;
    expect_round_trip<model::MaskedLanguageModel>(config, Architecture::masked_language_model);
  }
  auto config = small_config("bert");
  config.encoding.name = "rotary";
  config.num_hidden_layers = 0;
  expect_round_trip<model::Encoder>(config, Architecture::encoder);
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
    save_model(*saved, config, Architecture::encoder, folder.path());
    expect_error({"position_embeddings", "expected shape"},
                 [&] { load_model<model::Encoder>(folder.path()); });
  }
}

TEST(Load, WritesHuggingFacesNames) {
  const auto tensors =
      weights_by_file_name(*random_module<model::MaskedLanguageModel>(small_config(), 1));
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
  const auto saved = random_module<model::MaskedLanguageModel>(small_config(), 2);
  save_model(*saved, small_config(), Architecture::masked_language_model, folder.path());
  const auto loaded = load_model<model::Encoder>(folder.path());
  expect_same_parameters(*saved->encoder(), *loaded.module);
  EXPECT_EQ(loaded.report.unused.size(), 5u);  // bias, dense and LayerNorm of the head
}

TEST(Load, AMissingHeadIsReportedAndAMissingEncoderIsAnError) {
  const TemporaryFolder folder("missing");
  const auto saved = random_module<model::Encoder>(small_config(), 3);
  save_model(*saved, small_config(), Architecture::encoder, folder.path());
  const auto loaded = load_model<model::SequenceClassifier>(folder.path());
  EXPECT_EQ(loaded.report.missing.size(), 4u);
  expect_same_parameters(*saved, *loaded.module->encoder());

  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  tensors.erase("encoder.layer.0.output.dense.bias");
  format::save_tensors(folder / "model.safetensors", tensors);
  expect_error({"model.safetensors", "encoder.layer.0.output.dense.bias"},
               [&] { load_model<model::Encoder>(folder.path()); });
}

TEST(Load, AWrongShapeIsFoundBeforeAnythingIsWritten) {
  const TemporaryFolder folder("shape");
  save_model(*random_module<model::Encoder>(small_config(), 4), small_config(),
             Architecture::encoder, folder.path());
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
  save_model(*saved, small_config(), Architecture::encoder, folder.path());
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
  save_model(*random_module<model::Encoder>(small_config(), 7), small_config(),
             Architecture::encoder, folder.path());
  auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  tensors["encoder.embed_positions.weight"] = torch::zeros({3, 5});
  format::save_tensors(folder / "model.safetensors", tensors);
  EXPECT_TRUE(load_model<model::Encoder>(folder.path()).report.unused.empty());
}

TEST(Load, PoolerIsThereOrNot) {
  const TemporaryFolder folder("pooler");
  const auto config = small_config("bert");
  save_model(*random_module<model::PooledEncoder>(config, 8), config, Architecture::pooled_encoder,
             folder.path());
  const auto settled = [&] { return Folder(folder.path()).config().architecture; };
  EXPECT_EQ(settled(), Architecture::pooled_encoder);
  EXPECT_TRUE(load_model<model::PooledEncoder>(folder.path()).report.missing.empty());
  save_model(*random_module<model::Encoder>(config, 8), config, Architecture::encoder,
             folder.path());
  EXPECT_EQ(settled(), Architecture::encoder);
  EXPECT_EQ(load_model<model::PooledEncoder>(folder.path()).report.missing,
            (std::vector<std::string>{"pooler.dense.weight", "pooler.dense.bias"}));
}

TEST(Load, NothingIsDrawnForAWholeFile) {
  const TemporaryFolder folder("undrawn");
  save_model(*random_module<model::Encoder>(small_config(), 3), small_config(),
             Architecture::encoder, folder.path());
  torch::manual_seed(5);
  const torch::Tensor expected = torch::rand({3});
  torch::manual_seed(5);
  load_model<model::Encoder>(folder.path());
  EXPECT_TRUE(torch::equal(torch::rand({3}), expected));
}

TEST(Load, ASeedGivesAMissingHeadTheWeightsOfAFreshModule) {
  const TemporaryFolder folder("drawn-head");
  save_model(*random_module<model::Encoder>(small_config(), 3), small_config(),
             Architecture::encoder, folder.path());
  torch::manual_seed(5);
  const auto fresh = make_module<model::SequenceClassifier>(
      CheckpointConfig{small_config(), model::HeadConfig(), Architecture::encoder, ""});
  torch::manual_seed(5);
  const auto loaded = load_model<model::SequenceClassifier>(folder.path()).module;
  for (const auto& item : fresh->named_parameters()) {
    if (!item.key().starts_with("classifier.")) continue;
    EXPECT_TRUE(torch::equal(loaded->named_parameters()[item.key()], item.value())) << item.key();
  }
}

TEST(Load, NoConfigurationAsksForMoreThanTheFileHas) {
  const TemporaryFolder folder("plausible");
  const auto saved = random_module<model::Encoder>(small_config(), 3);
  const auto refused = [&](const auto& change, std::initializer_list<const char*> words) {
    auto config = small_config();
    change(config);
    save_model(*saved, config, Architecture::encoder, folder.path());
    expect_error(words, [&] { load_model<model::Encoder>(folder.path()); });
  };
  constexpr std::int64_t huge = std::int64_t{1} << 50;
  refused([](auto& c) { c.num_hidden_layers = huge; }, {"model.safetensors", "num_hidden_layers"});
  refused([](auto& c) { c.num_hidden_layers = 3; },
          {"num_hidden_layers"});
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
