#include "roformer/study/claims.h"

#include <gtest/gtest.h>

#include "roformer/study/result_file.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

class ClaimsTest : public ::testing::Test {
 protected:
  std::filesystem::path add_study(const std::string& name, const std::string& verdict,
                                  double seconds = 0) const {
    StudyOptions options;
    options.out = folder_.path() / name;
    const std::vector<std::string> pictures =
        name == "two" ? std::vector<std::string>{"loss.svg"} : std::vector<std::string>{};
    std::filesystem::create_directories(options.out);
    write_result_file(
        {.study = name,
         .title = "Title of " + name,
         .claim = "The paper claims.",
         .what = "Two models.",
         .verdicts = {verdict},
         .tables =
             {{.columns = {"model", "loss"}, .rows = {{"a", "1"}}, .align = {}, .caption = {}}},
         .command = "roformer x",
         .training_seconds = seconds,
         .pictures = pictures},
        options);
    return options.out;
  }

  tests::TestFolder folder_;
};

TEST_F(ClaimsTest, EachStudyHasClaimVerdictCommandAndReport) {
  const auto one = add_study("one", "Lower by |1|."), two = add_study("two", "Not told apart.");
  const std::string page = claims_page({one, two}, folder_.path() / "claims.md", "roformer all");
  for (const char* part :
       {"    roformer all\n", "## Title of one", "| model | loss |\n|---|---:|\n| a | 1 |",
        "The paper claims.", "Run: Two models.", "- Lower by |1|.", "    roformer x\n",
        "`one/report.html`", "It trains nothing.", "- Not told apart.",
        "| Title of one | Lower by \\|1\\|. | none |", "![Title of two](claims/two-loss.svg)"})
    EXPECT_TRUE(has_text(page, part)) << part;
  EXPECT_LT(page.find("of one"), page.find("of two"));
  EXPECT_FALSE(has_text(page, "![Title of one]"));
}

TEST_F(ClaimsTest, TimesAreThoseOfTraining) {
  const auto study = add_study("one", "v", 119);
  const std::string page = claims_page({study}, folder_.file("claims.md"), "roformer all");
  EXPECT_TRUE(has_text(page, "Training took 2 minutes.")) << page;
  EXPECT_TRUE(has_text(page, "| v | 2 minutes |")) << page;
  const std::string long_page =
      claims_page({add_study("two", "v", 7200)}, folder_.file("claims.md"), "roformer all");
  EXPECT_TRUE(has_text(long_page, "2.0 hours")) << long_page;
}

TEST_F(ClaimsTest, AStudyThatIsMissingIsNamed) {
  const auto message = tests::error_message(
      [&] { claims_page({folder_.path() / "absent"}, folder_.file("claims.md"), "roformer all"); });
  EXPECT_TRUE(has_text(message, "absent")) << message;
}

}  // namespace
}  // namespace roformer::study
