#include "roformer/cli/score_lines.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::cli {
namespace {

TEST(ScoreLines, EndAtLineFeedsAlone) {
  const checkpoint::TemporaryFolder folder("score-lines");
  const std::string path = folder / "text";
  const auto lines_of = [&](const std::string& text) {
    base::write_file_atomically(path, text);
    return read_score_file(path).lines;
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines_of(""), Lines());
  EXPECT_EQ(lines_of("\n\n"), (Lines{"", ""}));
  EXPECT_EQ(lines_of("a\r\n\xEF\xBB\xBF b\u2028c\n d "), (Lines{"a\r", "\uFEFF b\u2028c", " d "}));
  const std::string longer(200'000, 'x');
  EXPECT_EQ(lines_of(longer + "\ny"), (Lines{longer, "y"}));
  checkpoint::expect_error({path.c_str(), "line 2", "UTF-8"}, [&] { lines_of("a\n\xFF\n"); });
  checkpoint::expect_error({"/no/such/file"}, [] { read_score_file("/no/such/file"); });
}

TEST(ScoreLines, MustBeEquallyMany) {
  const ScoreLines one{"one.txt", {"a", "b"}}, other{"other.txt", {"c"}};
  EXPECT_NO_THROW(require_equal_lines(one, one));
  checkpoint::expect_error({"one.txt has 2", "other.txt has 1"},
                           [&] { require_equal_lines(one, other); });
}

}  // namespace
}  // namespace roformer::cli
