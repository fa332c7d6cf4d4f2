#include "roformer/report/page.h"

#include <gtest/gtest.h>

#include "roformer/base/command.h"
#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::report {
namespace {

TEST(PageTest, EscapesEverything) {
  EXPECT_EQ(escape_html("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escape_html("日本 ü"), "日本 ü");
  EXPECT_EQ(escape_html("a\xFFz\xE6\x97"), "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
  Page page("<script>");
  page.section("<script>")
      .paragraph("<script>")
      .code("<script>")
      .links("<script>", {{"<script>", "<script>"}})
      .table({{"<script>"}, {{"<script>"}}, {}, "<script>"});
  EXPECT_EQ(page.html().find("<script>"), std::string::npos);
}

TEST(PageTest, PartsComeInOrder) {
  Page page("Title");
  page.section("First").paragraph("Second").table({{"Third"}, {{"Fourth"}}, {}, ""}).code("Fifth");
  const auto html = page.html();
  std::size_t at = 0;
  for (const char* part :
       {"<h1>Title", "<h2>First", "<p>Second", "Third", "Fourth", "<pre>Fifth", "</html>"}) {
    const auto found = html.find(part, at);
    ASSERT_NE(found, std::string::npos) << part;
    at = found;
  }
}

TEST(PageTest, LinksStandOnOneLine) {
  Page page("Title");
  page.links("RoFormer", {{"recipe", "roformer/recipe.toml"}, {"metrics", "m"}});
  EXPECT_TRUE(tests::has_text(
      page.html(),
      "<b>RoFormer</b>: <a href=\"./roformer/recipe.toml\">recipe</a> · <a href=\"./m\">"));
}

// Sentences in a narrow table keep a width, numbers do not wrap.
TEST(PageTest, TablesAreAsWideAsThePageAndScrollWithin) {
  Page page("Title");
  const std::string sentence(60, 'a');
  page.table({{"text", "n"}, {{sentence, "1 ± 2"}, {"short", "3"}}, {}, ""});
  const auto html = page.html();
  for (const std::string& part :
       {std::string("<div class=\"scroll\"><table>"), std::string(".scroll { overflow-x: auto;"),
        std::string("table { width: 100%;"), "<td class=\"long\">" + sentence,
        std::string("<td class=\"right\">1 ± 2"), std::string("<td>short")})
    EXPECT_TRUE(tests::has_text(html, part)) << part;
}

TEST(PageTest, AChartIsDrawnForWideAndForNarrowScreens) {
  if (!base::has_program("gnuplot"))
    GTEST_SKIP() << "gnuplot is not installed: charts are NOT tested";
  Page page("Title");
  page.chart({"Loss", "step", "nats", {{"one", {0, 1}, {1, 0.5}}}});
  const auto html = page.html();
  const auto wide = html.find("<div class=\"wide-chart\"><svg");
  const auto narrow = html.find("<div class=\"narrow-chart\"><svg");
  ASSERT_NE(wide, std::string::npos);
  ASSERT_NE(narrow, std::string::npos);
  EXPECT_LT(html.find("viewBox=\"0 0 960 400\"", wide), narrow);
  EXPECT_NE(html.find("viewBox=\"0 0 400 340\"", narrow), std::string::npos);
}

TEST(PageTest, AHeatMapScrollsOnANarrowScreen) {
  const std::string html =
      Page("T").heat_map({"Lengths", "pair", "layer", {"layer 0"}, {{1, 2}}}).html();
  EXPECT_TRUE(tests::has_text(html, "<figure class=\"scroll\"><svg ")) << html;
  EXPECT_TRUE(tests::has_text(html, "Lengths"));
}

TEST(PageTest, NeedsNothingFromElsewhere) {
  Page page("Title");
  page.chart({"Loss", "step", "nats", {{"one", {0, 1}, {1, 0.5}}}, false, false});
  const auto html = page.html();
  EXPECT_NE(html.find(base::has_program("gnuplot") ? "<svg" : "<table>"), std::string::npos);
  for (const char* part : {"src=", "@import", "<link", "url(http"})
    EXPECT_EQ(html.find(part), std::string::npos) << part;
}

TEST(PageTest, WrittenWhole) {
  const tests::TestFolder folder;
  Page page("Title");
  write_html(folder.file("report.html"), page);
  EXPECT_EQ(base::read_file(folder.file("report.html")), page.html());
  EXPECT_THROW(write_html(folder.file("absent/report.html"), page), Error);
}

}  // namespace
}  // namespace roformer::report
