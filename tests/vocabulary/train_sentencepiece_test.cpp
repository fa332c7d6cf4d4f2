#include "roformer/vocabulary/train_sentencepiece.h"

#include <gtest/gtest.h>

#include "roformer/text/sentencepiece_library.h"
#include "roformer/text/subword_table.h"
#include "tests/base/test_files.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::vocabulary {
namespace {

TEST(TrainSentencePiece, SizeIsThatOfTheTable) {
  const std::string model = tests::small_sentencepiece(80);
  EXPECT_EQ(text::sentencepiece_tokenizer(model).vocabulary_size(), 80);
  EXPECT_EQ(model, tests::small_sentencepiece(80));  // deterministic
}

TEST(TrainSentencePiece, ASmallTextGivesWhatItHas) {
  const std::string model = tests::train_on({"ab ab", "ba"}, {.vocabulary_size = 5000});
  const auto tokenizer = text::sentencepiece_tokenizer(model);
  EXPECT_LT(tokenizer.vocabulary_size(), 20);
  std::vector<std::int32_t> ids;
  tokenizer.encode_words("ab ba", ids);
  EXPECT_EQ(tokenizer.decode(ids), "ab ba");
}

TEST(TrainSentencePiece, Errors) {
  const auto message = [](const std::vector<std::string>& lines,
                          const SentencePieceTrainerOptions& options) {
    return tests::error_message([&] { tests::train_on(lines, options); });
  };
  EXPECT_TRUE(tests::has_text(message({}, {}), "there is no line"));
  EXPECT_TRUE(tests::has_text(message({"", ""}, {}), "there is no line"));
  EXPECT_TRUE(tests::has_text(message({"abcdefghij"}, {.vocabulary_size = 8}), "at least 14"));
  EXPECT_TRUE(tests::has_text(message({"a"}, {.vocabulary_size = 3}), "4 or more"));
  EXPECT_TRUE(tests::has_text(message({"a"}, {.character_coverage = 0}), "coverage"));
  const auto failing = [](std::string&) -> bool { throw Error("the file broke"); };
  EXPECT_EQ(tests::error_message([&] { train_sentencepiece(failing); }), "the file broke");
}

TEST(TrainSentencePiece, OddLines) {
  const std::string bad = "caf\xE9 \xFF";  // not UTF-8
  const std::string zero("a\0b", 3);
  const std::string model = tests::train_on({bad, zero, "\t", "   ", std::string(5000, 'x'), "a b"},
                                            {.vocabulary_size = 60});
  EXPECT_GT(text::SentencePieceModel(model, "m").size(), 3);
}

}  // namespace
}  // namespace roformer::vocabulary
