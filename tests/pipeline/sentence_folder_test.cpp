#include "roformer/pipeline/sentence_folder.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/pipeline/sentence_files.h"

namespace roformer::pipeline {
namespace {

TEST(SentenceFolder, RefusesWhatItDoesNotCompute) {
  const checkpoint::TemporaryFolder temporary("sentences");
  const auto folder = temporary.path();
  EXPECT_FALSE(read_sentence_folder(folder).has_value());
  write_text(folder / "modules.json", kModules);
  for (const char* text :
       {"{}", "[]", "", R"({"pooling_mode": "median"})", R"({"pooling_mode_cls_token": 1})"}) {
    write_text(folder / "1_Pooling" / "config.json", text);
    EXPECT_THROW(read_sentence_folder(folder), Error) << text;
  }
  write_text(folder / "1_Pooling" / "config.json", R"({"pooling_mode": "max"})");
  EXPECT_EQ(read_sentence_folder(folder)->poolings, std::vector{Pooling::max});
  write_text(folder / "1_Pooling" / "config.json",
             R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true})");
  EXPECT_EQ(read_sentence_folder(folder)->poolings, (std::vector{Pooling::cls, Pooling::mean}));
  for (const char* text :
       {"{}", "[1]", R"([{"type": "sentence_transformers.models.CNN", "path": "2"}])",
        R"([{"type": "sentence_transformers.models.Pooling", "path": "../other"}])"}) {
    write_text(folder / "modules.json", text);
    EXPECT_THROW(read_sentence_folder(folder), Error) << text;
  }
}

TEST(SentenceFolder, AChoiceLeavesOutWhatIsNotComputed) {
  const checkpoint::TemporaryFolder temporary("sentences");
  const auto folder = temporary.path();
  write_text(folder / "modules.json",
             R"([{"type": "sentence_transformers.models.Transformer", "path": ""},
      {"type": "sentence_transformers.models.Pooling", "path": "missing"},
      {"type": "sentence_transformers.models.CNN", "path": "2"},
      {"type": "sentence_transformers.models.Normalize", "path": "3"}])");
  write_text(folder / "sentence_bert_config.json", R"({"max_seq_length": 77})");
  const auto settings = read_sentence_folder(folder, {Pooling::cls});
  EXPECT_EQ(settings->poolings, std::vector{Pooling::cls});
  ASSERT_EQ(settings->steps.size(), 1u);
  EXPECT_EQ(settings->steps[0].kind, SentenceStep::Kind::normalize);
  EXPECT_EQ(settings->max_length, 77);
  for (const char* length : {"-1", "0", "1.5", "\"x\"", "4294967296"}) {
    write_text(folder / "sentence_bert_config.json",
               std::string(R"({"max_seq_length": )") + length + "}");
    EXPECT_THROW(read_sentence_folder(folder, {Pooling::cls}), Error) << length;
  }
  write_text(folder / "sentence_bert_config.json", R"({"max_seq_length": null})");
  EXPECT_EQ(read_sentence_folder(folder, {Pooling::cls})->max_length, 0);
}

TEST(SentenceFolder, ALengthOfTheTokenizersStandsForTheOther) {
  const checkpoint::TemporaryFolder temporary("sentences");
  const auto folder = temporary.path();
  write_text(folder / "modules.json", kModules);
  const auto with = [&](const std::string& arguments) {
    write_text(folder / "sentence_bert_config.json",
               R"({"max_seq_length": 6, "processor_kwargs": )" + arguments + "}");
    return *read_sentence_folder(folder, {Pooling::cls});
  };
  EXPECT_EQ(with("{}").max_length, 6);
  EXPECT_EQ(with(R"({"model_max_length": 9})").max_length, 9);
  EXPECT_FALSE(with(R"({"model_max_length": 9})").is_unlimited);
  for (const char* none : {"null", "1e30"}) {
    const auto settings = with(std::string(R"({"model_max_length": )") + none + "}");
    EXPECT_EQ(settings.max_length, 0) << none;
    EXPECT_TRUE(settings.is_unlimited) << none;
  }
  EXPECT_THROW(with(R"({"model_max_length": "9"})"), Error);
  EXPECT_THROW(with(R"({"padding_side": "left"})"), Error);
}

TEST(SentenceFolder, PromptsHaveTheNamesOfTheFileAndTwoMore) {
  const checkpoint::TemporaryFolder temporary("sentences");
  const auto folder = temporary.path();
  write_text(folder / "modules.json", kModules);
  write_text(folder / "config_sentence_transformers.json",
             R"({"prompts": {"query": "q: ", "passage": "p: ", "none": null}})");
  const auto settings = *read_sentence_folder(folder, {Pooling::cls});
  EXPECT_EQ(settings.prompt("query"), "q: ");
  EXPECT_EQ(settings.prompt("passage"), "p: ");
  EXPECT_EQ(settings.prompt("none"), "");
  EXPECT_EQ(settings.prompt("document"), "");
  checkpoint::expect_error({"passage", "'passag'", "did you mean 'passage'?"},
                           [&] { settings.prompt("passag"); });
}

TEST(SentenceFolder, PoolingsHaveNames) {
  EXPECT_EQ(pooling_of("cls"), Pooling::cls);
  EXPECT_EQ(pooling_of("mean"), Pooling::mean);
  EXPECT_EQ(pooling_of("max"), Pooling::max);
  EXPECT_EQ(pooling_of("mean_sqrt"), Pooling::mean_sqrt);
  EXPECT_EQ(pooling_of("weighted_mean"), Pooling::weighted_mean);
  EXPECT_EQ(pooling_of("last"), Pooling::last);
  EXPECT_EQ(pooling_of("pooler"), Pooling::pooler);
  EXPECT_THROW(pooling_of("median"), Error);
}

}  // namespace
}  // namespace roformer::pipeline
