#include "roformer/study/report_sources.h"

#include <gtest/gtest.h>

#include "roformer/study/paired_runs.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

TEST(ReportSources, TheCommandHasWhatWasChosen) {
  EXPECT_EQ(reproduce_command("table1", {"small", "runs/t", 3, {"data.source=[]"}, "cuda"}),
            "roformer reproduce table1 --scale small --seeds 3 --set 'data.source=[]' "
            "--device cuda --out runs/t");
  EXPECT_EQ(reproduce_command("figure2", {"tiny", "my figure", 1, {}, "cpu"}),
            "roformer reproduce figure2 --out 'my figure'");
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
