#include "roformer/cli/translation_lines.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/cli/json_output.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::cli {
namespace {

using Texts = std::vector<std::string>;

pipeline::Translation two_hypotheses() {
  pipeline::Translation answer;
  answer.hypotheses = {{"ein\nHund", {"▁ein", "▁Hund"}, -0.5, -1.5}, {"Hund\r", {"▁Hund"}, -2, -4}};
  answer.source_tokens = {"▁a", "▁dog", "</s>"};
  answer.attention = {{0.7f, 0.2f, 0.1f}, {0.25f, 0.5f, 0.25f}, {0, 0, 1}};
  return answer;
}

TEST(TranslationFormat, Json) {
  const auto answer = two_hypotheses();
  const std::string best = R"("translation": "ein\nHund", "score": -0.5, "log_probability": -1.5, )"
                           R"("tokens": ["▁ein", "▁Hund"])";
  const std::string expected =
      R"({"text": "a dog", )" + best +
      R"(, "source_tokens": ["▁a", "▁dog", "</s>"], "alignment": [[0, 0], [1, 1]], "hypotheses": [{)" +
      best +
      R"(}, {"translation": "Hund\r", "score": -2.0, "log_probability": -4.0, "tokens": ["▁Hund"]}])";
  EXPECT_EQ(json_answer(translation_json("a dog", answer, false), 1), expected + "}");
  EXPECT_EQ(json_answer(translation_json("a dog", answer, true), 1),
            expected + R"(, "attention": [[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.0, 0.0, 1.0]]})");
}

TEST(TranslationFormat, AnEmptyLine) {
  pipeline::Translation empty;
  empty.hypotheses.emplace_back();
  EXPECT_EQ(
      json_answer(translation_json("", empty, true), 1),
      R"({"text": "", "translation": "", "score": 0.0, "log_probability": 0.0, "tokens": [], )"
      R"("source_tokens": [], "alignment": [], "hypotheses": [{"translation": "", "score": 0.0, )"
      R"("log_probability": 0.0, "tokens": []}], "attention": []})");
  EXPECT_EQ(best_line(empty), "");
}

TEST(TranslationFormat, TextsAreOneLineEach) {
  EXPECT_EQ(best_line(two_hypotheses()), "ein Hund");
  EXPECT_EQ(ranked_lines(7, two_hypotheses()), "7\t-0.500000\tein Hund\n7\t-2.000000\tHund ");
}

TEST(TranslationPrefixes, OneForAll) {
  TranslationPrefixes prefixes("der", "");
  EXPECT_EQ(prefixes.next(1, 2), (Texts{"der", "der"}));
  EXPECT_EQ(prefixes.next(3, 0), Texts());
  EXPECT_NO_THROW(prefixes.finish());
  EXPECT_TRUE(TranslationPrefixes("", "").next(1, 3).empty());
}

TEST(TranslationPrefixes, OneALineOfAFile) {
  const checkpoint::TemporaryFolder folder("prefixes");
  const std::string path = folder / "prefixes.txt";
  base::write_file_atomically(path, "der\r\n\ndas");
  TranslationPrefixes whole("", path);
  EXPECT_EQ(whole.next(1, 2), (Texts{"der", ""}));
  EXPECT_EQ(whole.next(3, 1), (Texts{"das"}));
  EXPECT_NO_THROW(whole.finish());
  TranslationPrefixes shorter("", path);
  checkpoint::expect_error({path.c_str(), "ends before line 4"}, [&] { shorter.next(1, 4); });
  TranslationPrefixes longer("", path);
  longer.next(1, 2);
  checkpoint::expect_error({path.c_str(), "more lines"}, [&] { longer.finish(); });
  checkpoint::expect_error({"/no/such/file"}, [] { TranslationPrefixes("", "/no/such/file"); });
}

}  // namespace
}  // namespace roformer::cli
