#include "roformer/text/tokenizer_class.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

class TokenizerClassTest : public ::testing::Test {
 protected:
  bool built(const std::string& settings, const std::string& config) const {
    folder_.write("tokenizer_config.json", settings);
    folder_.write("config.json", config);
    return is_built_as_berts(TokenizerFolder(folder_.path()));
  }

  tests::TestFolder folder_;
};

TEST_F(TokenizerClassTest, TheClassThenTheModelsType) {
  EXPECT_TRUE(built(R"({"tokenizer_class": "BertTokenizerFast"})", "{}"));
  EXPECT_FALSE(
      built(R"({"tokenizer_class": "PreTrainedTokenizerFast"})", R"({"model_type": "bert"})"));
  EXPECT_FALSE(built(R"({"tokenizer_class": ""})", R"({"model_type": "bert"})"));
  EXPECT_TRUE(built("{}", R"({"tokenizer_class": "BertTokenizer"})"));
  EXPECT_TRUE(built(R"({"tokenizer_class": null})", R"({"model_type": "distilbert"})"));
  EXPECT_FALSE(built("{}", R"({"model_type": "modernbert"})"));
  EXPECT_FALSE(built("{}", "[]"));
}

TEST_F(TokenizerClassTest, AClassOfAnotherTokenizerIsRefusedByName) {
  const std::string message =
      tests::error_message([&] { built(R"({"tokenizer_class": "MPNetTokenizerFast"})", "{}"); });
  EXPECT_TRUE(tests::has_text(message, "tokenizer_config.json: tokenizer_class"));
  EXPECT_TRUE(tests::has_text(message, "MPNetTokenizerFast"));
}

}  // namespace
}  // namespace roformer::text
