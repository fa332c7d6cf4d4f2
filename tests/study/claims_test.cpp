#include "roformer/study/claims.h"

#include <gtest/gtest.h>

#include "roformer/study/result_file.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

class ClaimsTest : public ::testing::Test {
 protected:
  std::filesystem::path add_study(const std::string& name, const std::string& verdict) const {
    StudyOptions options;
    options.out = folder_.path() / name;
    std::filesystem::create_directories(options.out);
    write_result_file({name,
                       "Title of " + name,
                       "The paper claims.",
                       {verdict},
                       "roformer x",
                       {},
                       nlohmann::ordered_json()},
                      options);
    return options.out;
  }

  tests::TestFolder folder_;
};

TEST_F(ClaimsTest, EachStudyHasClaimVerdictCommandAndReport) {
  const auto one = add_study("one", "Lower by 1."), two = add_study("two", "Not told apart.");
  const std::string page = claims_page({one, two}, folder_.path() / "claims.md");
  for (const char* part : {"## Title of one", "The paper claims.", "- Lower by 1.", "roformer x",
                           "[report](one/report.html)", "Nothing is trained.", "- Not told apart."})
    EXPECT_TRUE(has_text(page, part)) << part;
  EXPECT_LT(page.find("of one"), page.find("of two"));
}

TEST_F(ClaimsTest, TimesOfTrainingAreAddedUp) {
  const auto study = add_study("one", "v");
  for (const char* run : {"a", "b"})
    folder_.write(std::string("one/") + run + "/metrics.jsonl",
                  "{\"kind\":\"evaluation\",\"step\":0,\"loss\":1}\n"
                  "{\"kind\":\"training\",\"step\":1,\"time\":{\"data\":1.5,\"forward\":58.5}}\n");
  EXPECT_DOUBLE_EQ(training_seconds(study), 120);
  EXPECT_TRUE(
      has_text(claims_page({study}, folder_.file("claims.md")), "Training took 2 minutes."));
}

TEST_F(ClaimsTest, AStudyThatIsMissingIsNamed) {
  const auto message = tests::error_message(
      [&] { claims_page({folder_.path() / "absent"}, folder_.file("claims.md")); });
  EXPECT_TRUE(has_text(message, "absent")) << message;
}

}  // namespace
}  // namespace roformer::study
