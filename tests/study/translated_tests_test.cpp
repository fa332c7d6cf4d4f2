#include "roformer/study/translated_tests.h"

#include <gtest/gtest.h>

#include "tests/task/tiny_recipes.h"

namespace roformer::study {
namespace {

using tests::error_message;
using tests::has_text;

class TranslatedTestsTest : public testing::Test {
 protected:
  task::Recipe recipe(const std::vector<std::string>& changes = {}) const {
    std::string text = tests::tiny_translation_recipe(files_);
    const std::string share = "test_share = 0.1\n";
    text.erase(text.find(share), share.size());
    return tests::read_tiny(files_, text, changes);
  }
  std::vector<TestSet> sets(const std::vector<std::string>& changes) const {
    const task::Recipe chosen = recipe(changes);
    return test_sets(chosen, *task::open_material(chosen));
  }
  tests::TestFolder files_;
};

TEST_F(TranslatedTestsTest, FilesAreReadAndTheShareTakesTheirPlace) {
  files_.write("news.en", "one\ntwo\n");
  files_.write("news.de", "eins\nzwei\n");
  files_.write("short.de", "eins\n");
  const std::string source = "data.test_source=" + files_.file("news.en").string();
  const auto from_files = sets({source, "data.test_target=" + files_.file("news.de").string()});
  ASSERT_EQ(from_files.size(), 1u);
  EXPECT_EQ(from_files[0].name, "news");
  EXPECT_EQ(from_files[0].source, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(from_files[0].reference, (std::vector<std::string>{"eins", "zwei"}));
  const auto share = sets({"data.test_share=0.1"});
  ASSERT_EQ(share.size(), 1u);
  EXPECT_EQ(share[0].name, "held-out pairs");
  EXPECT_FALSE(share[0].source.empty());
  EXPECT_EQ(share[0].source.size(), share[0].reference.size());
  EXPECT_TRUE(has_text(share[0].reference[0], "m"));
  EXPECT_TRUE(has_text(error_message([&] { sets({"data.test_share=0"}); }), "held-out pairs"));
}

TEST_F(TranslatedTestsTest, ARunWithoutKeptModelsIsRefused) {
  const auto message =
      error_message([&] { average_last(recipe(), files_.path(), files_.file("average")); });
  EXPECT_TRUE(has_text(message, "checkpoint.keep_last must be 2 or more")) << message;
}

TEST_F(TranslatedTestsTest, ScoresFollowTheCaseOfTheText) {
  EXPECT_FALSE(score_options(recipe()).bleu.lowercase);
  const auto lower = score_options(recipe({"data.lower_case=true"}));
  EXPECT_TRUE(lower.bleu.lowercase);
  EXPECT_TRUE(lower.chrf.lowercase);
}

}  // namespace
}  // namespace roformer::study
