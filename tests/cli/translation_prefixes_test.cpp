#include "roformer/cli/translation_lines.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::cli {
namespace {

using Texts = std::vector<std::string>;

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
