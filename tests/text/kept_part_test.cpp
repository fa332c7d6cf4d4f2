#include "roformer/text/tokenizer.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/text/wordpiece_tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using tests::error_message;
using tests::has_text;

Tokenizer digits() {
  return wordpiece_tokenizer(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "1", "2",
                                         "3", "4", "5", "6", "7", "a", "b", "c"}));
}

std::string cut(std::string_view first, std::optional<std::string_view> second,
                std::int64_t max_length, KeptPart keep) {
  const Tokenizer tokenizer = digits();
  const EncodeOptions options{.max_length = max_length, .keep = keep};
  const Encoding encoding =
      second ? tokenizer.encode_pair(first, *second, options) : tokenizer.encode(first, options);
  EXPECT_EQ(encoding.type_ids.size(), encoding.ids.size());
  std::string text;
  for (const std::int32_t id : encoding.ids) text += tokenizer.id_to_token(id);
  return text;
}

TEST(KeptPart, OneText) {
  EXPECT_EQ(cut("1 2 3 4 5 6 7", {}, 5, KeptPart::head), "[CLS]123[SEP]");
  EXPECT_EQ(cut("1 2 3 4 5 6 7", {}, 5, KeptPart::tail), "[CLS]567[SEP]");
  EXPECT_EQ(cut("1 2 3 4 5 6 7", {}, 5, KeptPart::both), "[CLS]127[SEP]");
  EXPECT_EQ(cut("1 2", {}, 2, KeptPart::both), "[CLS][SEP]");
  EXPECT_EQ(cut("", {}, 9, KeptPart::tail), "[CLS][SEP]");
}

TEST(KeptPart, TheLongerOfTwoGivesWay) {
  EXPECT_EQ(cut("1 2 3 4 5 6 7", "a b", 8, KeptPart::tail), "[CLS]567[SEP]ab[SEP]");
  EXPECT_EQ(cut("1 2 3 4 5 6 7", "a b c", 8, KeptPart::both), "[CLS]127[SEP]ac[SEP]");
  EXPECT_EQ(cut("1 2 3", "a b c", 30, KeptPart::both), "[CLS]123[SEP]abc[SEP]");
}

TEST(KeptPart, TheHeadIsWhatTruncationLeaves) {
  const Tokenizer tokenizer = digits();
  for (std::int64_t length = 3; length < 14; ++length) {
    const Encoding wanted = tokenizer.encode_pair("1 2 3 4 5 6 7", "a b c", {.max_length = length});
    const Encoding found = tokenizer.encode_pair("1 2 3 4 5 6 7", "a b c",
                                                 {.max_length = length, .keep = KeptPart::head});
    EXPECT_EQ(found.ids, wanted.ids) << length;
    EXPECT_EQ(found.type_ids, wanted.type_ids) << length;
  }
}

TEST(KeptPart, NamesAndNoRoom) {
  EXPECT_EQ(kept_part("both"), KeptPart::both);
  EXPECT_TRUE(has_text(error_message([] { kept_part("middle"); }), "but got 'middle'"));
  EXPECT_TRUE(has_text(error_message([] { cut("1", "a", 2, KeptPart::tail); }),
                       "at least 3, the special tokens, but got 2"));
}

}  // namespace
}  // namespace roformer::text
