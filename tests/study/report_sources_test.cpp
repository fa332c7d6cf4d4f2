#include "roformer/study/report_sources.h"

#include <gtest/gtest.h>

#include "roformer/study/study_options.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

TEST(ReportSources, TheCommandHasWhatWasChosen) {
  EXPECT_EQ(reproduce_command("table1", {"small", "runs/t", 3, {"data.source=[]"}, "cuda"}),
            "roformer reproduce table1 --scale small --seeds 3 --set 'data.source=[]' "
            "--device cuda --out runs/t");
  EXPECT_EQ(reproduce_command("figure3-left",
                              {"tiny", "out", 5, {}, "cpu", {"roformer", "bert", "none"}, true}),
            "roformer reproduce figure3-left --scale tiny --tune --seeds 5 "
            "--only roformer,bert,none --out out");
  EXPECT_EQ(reproduce_command("figure2", {"tiny", "my figure", 1, {}, "cpu"}),
            "roformer reproduce figure2 --out 'my figure'");
  StudyOptions options;
  options.out = "norms";
  options.models = {"runs/a b", "runs/c"};
  options.text = "lines.txt";
  options.tokens = 100;
  EXPECT_EQ(reproduce_command("frequency-norms", options),
            "roformer reproduce frequency-norms --model 'runs/a b' --model runs/c --text lines.txt "
            "--tokens 100 --out norms");
  EXPECT_TRUE(trains("encodings"));
  EXPECT_FALSE(trains("decay"));
}

// Given again the command must not train more seeds, or fewer, than there were.
TEST(ReportSources, SeedsAreNamedUnlessTheyAreTheScales) {
  const auto command = [](const char* scale, std::int64_t seeds) {
    return reproduce_command("encodings", {scale, "out", seeds, {}, "cpu"});
  };
  EXPECT_EQ(command("tiny", 1), "roformer reproduce encodings --scale tiny --seeds 1 --out out");
  EXPECT_EQ(command("tiny", 3), "roformer reproduce encodings --scale tiny --out out");
  EXPECT_EQ(command("small", 1), "roformer reproduce encodings --scale small --out out");
  EXPECT_EQ(command("small", 3), "roformer reproduce encodings --scale small --seeds 3 --out out");
}

TEST(ReportSources, ThePageLinksToEveryRun) {
  report::Page page("Title");
  add_sources(page, {"roformer reproduce <x>", {{"RoFormer", "roformer"}, {"A & B", "a b"}}});
  const std::string html = page.html();
  for (const char* part :
       {"<pre>roformer reproduce &lt;x&gt;</pre>", "<b>RoFormer</b>: <a href=\"./roformer\">",
        "\"./roformer/recipe.toml\"", "\"./roformer/metrics.jsonl\"", "\"./roformer/report.html\"",
        "<b>A &amp; B</b>: <a href=\"./a%20b\">"})
    EXPECT_TRUE(tests::has_text(html, part)) << part;
}

}  // namespace
}  // namespace roformer::study
