#include "roformer/text/subword_table.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr const char* kLowCodes = "#version: 0.2\nl o\nlo w</w>\nlo w\n";

Ids ids_of(const Tokenizer& tokenizer, std::string_view line) {
  Ids ids;
  tokenizer.encode_words(line, ids);
  return ids;
}

TEST(SubwordNmtTokenizer, ThereAndBack) {
  const auto tokenizer = subword_nmt_tokenizer(kLowCodes, {"low", "lo@@", "w", "l@@"});
  EXPECT_EQ(ids_of(tokenizer, "low lox"), (Ids{2, 3, 1}));
  EXPECT_EQ(tokenizer.decode(Ids{3, 4, 2, 0}), "low low");
  EXPECT_EQ(tokenizer.vocabulary_size(), 7);
  EXPECT_EQ(tokenizer.encode("low").ids, (Ids{2, tokenizer.end_id()}));
  // Words like others, unlike SentencePiece's.
  EXPECT_EQ(ids_of(tokenizer, "</s>"), ids_of(tokenizer, "<<<<"));
}

TEST(SubwordNmtTokenizer, SavedAndLoaded) {
  const tests::TestFolder folder;
  const auto tokenizer = subword_nmt_tokenizer(kLowCodes, {"low", "lo@@", "w"});
  tokenizer.save(folder.path());
  const auto loaded = Tokenizer::load(folder.path());
  EXPECT_EQ(loaded.facts().kind, "subword-nmt");
  EXPECT_TRUE(loaded.facts().has_sides);
  EXPECT_EQ(loaded.fingerprint(), tokenizer.fingerprint());
  EXPECT_EQ(ids_of(loaded, "low dog"), ids_of(tokenizer, "low dog"));
  EXPECT_EQ(ids_of(loaded.lower_cased(), "LOW"), Ids{2});
  EXPECT_NE(ids_of(loaded, "LOW"), Ids{2});
}

TEST(SubwordNmtTokenizer, BadCodes) {
  EXPECT_TRUE(tests::has_text(tests::error_message([] { subword_nmt_tokenizer("", {"a"}); }),
                              "expected merges"));
  EXPECT_TRUE(tests::has_text(tests::error_message([] { subword_nmt_tokenizer("a b c\n", {"a"}); }),
                              "codes:1"));
}

}  // namespace
}  // namespace roformer::text
