#include "roformer/text/pair_windows.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using tests::error_message;
using tests::has_text;

Tokenizer letters() {
  return wordpiece_tokenizer(
      Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "q", "a", "b", "c", "d", "e"}));
}

std::string written(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::string text;
  for (const std::int32_t id : encoding.ids) text += tokenizer.id_to_token(id);
  return text;
}

TEST(PairWindows, ShareTheirStrideBesideTheFirstText) {
  const Tokenizer tokenizer = letters();
  const auto windows = pair_windows(tokenizer, "q q", "a b c d e", {.max_length = 8}, 1);
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(written(tokenizer, windows[0].encoding), "[CLS]qq[SEP]abc[SEP]");
  EXPECT_EQ(written(tokenizer, windows[1].encoding), "[CLS]qq[SEP]cde[SEP]");
  for (const PairWindow& window : windows) {
    EXPECT_EQ(window.second, (TokenRange{4, 7}));
    EXPECT_EQ(window.encoding.type_ids, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1, 1}));
    EXPECT_EQ(window.encoding.offsets.size(), 8u);
  }
  EXPECT_EQ(windows[0].encoding.offsets[6], windows[1].encoding.offsets[4]);
  EXPECT_EQ(windows[1].encoding.offsets[6], (Offset{8, 9}));
  EXPECT_EQ(windows[1].encoding.offsets[2], (Offset{2, 3})) << "into the first text";
}

TEST(PairWindows, ThereIsOneWhereAllFits) {
  const Tokenizer tokenizer = letters();
  const auto windows = pair_windows(tokenizer, "q", "a b", {.max_length = 6}, 5);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].encoding.ids, tokenizer.encode_pair("q", "a b").ids);
  EXPECT_EQ(windows[0].second, (TokenRange{3, 5}));
  const auto empty = pair_windows(tokenizer, "q", "", {.max_length = 6}, 0).at(0);
  EXPECT_EQ(empty.second, (TokenRange{3, 3}));
}

TEST(PairWindows, TheLastOneIsShorter) {
  const auto windows = pair_windows(letters(), "q", "a b c d e", {.max_length = 7}, 1);  // of three
  ASSERT_EQ(windows.size(), 2u);
  const auto uneven = pair_windows(letters(), "q", "a b c d e a", {.max_length = 7}, 1);
  ASSERT_EQ(uneven.size(), 3u);
  EXPECT_EQ(uneven[2].second, (TokenRange{3, 5}));
}

TEST(PairWindows, AFirstTextThatLeavesNoRoomIsRefused) {
  EXPECT_TRUE(has_text(
      error_message([] { pair_windows(letters(), "q q q", "a b c", {.max_length = 7}, 1); }),
      "more than the 1 tokens that windows share, but it leaves 1"));
  EXPECT_TRUE(has_text(
      error_message([] { pair_windows(letters(), "q q q q q q", "a", {.max_length = 7}, 0); }),
      "it leaves 0"));
  EXPECT_TRUE(
      has_text(error_message([] { pair_windows(letters(), "q", "a b c", {.max_length = 5}, -1); }),
               "0 or more but got -1"));
}

}  // namespace
}  // namespace roformer::text
