#include "roformer/parallel/pair_encoder.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/text/subword_table.h"

namespace roformer::parallel {
namespace {

// Ids: </s> 0, <unk> 1, a 2, b 3, c 4.
text::Tokenizer letters(bool lower_case = false) {
  return text::subword_nmt_tokenizer("x y\n", {"a", "b", "c"}, {.lower_case = lower_case});
}

PairFault fault_of_lines(std::string source, std::string target, const PairLimits& limits = {}) {
  return encode_pair({std::move(source), std::move(target)}, letters(), limits).fault;
}

TEST(PairEncoderTest, IdsOfBothSidesAndTheHashOfTheSourceLine) {
  const EncodedPair pair = encode_pair({"a b", "C", "file", 7}, letters(true), {});
  EXPECT_EQ(pair.source, (std::vector<std::int32_t>{2, 3}));
  EXPECT_EQ(pair.target, std::vector<std::int32_t>{4});
  EXPECT_EQ(pair.text.target, "c") << "in lower case, as the tokenizer wants it";
  EXPECT_EQ(pair.text.line, 7);
  EXPECT_EQ(pair.fault, PairFault::none);
  const EncodedPair loud = encode_pair({"A B", "c"}, letters(true), {});
  EXPECT_EQ(loud.source, pair.source);
  EXPECT_EQ(loud.source_hash, base::hash_bytes("A B")) << "of the line as it stands in the file";
}

TEST(PairEncoderTest, Faults) {
  EXPECT_EQ(fault_of_lines("", "a"), PairFault::empty);
  EXPECT_EQ(fault_of_lines("a", "  "), PairFault::empty);
  EXPECT_EQ(fault_of_lines("a b c", "a", {.max_length = 2}), PairFault::too_long);
  EXPECT_EQ(fault_of_lines("a", "a b c", {.max_length = 2}), PairFault::too_long);
  EXPECT_EQ(fault_of_lines("a b", "a", {.max_length = 2}), PairFault::none);
  EXPECT_EQ(fault_of_lines("a b c", "a", {.max_ratio = 2}), PairFault::ratio);
  EXPECT_EQ(fault_of_lines("a", "a b", {.max_ratio = 2}), PairFault::none);
  EXPECT_EQ(fault_of_lines("a\xFF", "a"), PairFault::invalid_utf8);
  EXPECT_EQ(fault_of_lines("a", std::string("a\0", 2)), PairFault::invalid_utf8) << "UTF-16, say";
}

// Lines "a", "b", "c", "a", … without end.
class EndlessPairs final : public documents::PairSource {
 public:
  explicit EndlessPairs(std::int64_t fails_at = -1) : fails_at_(fails_at) {}
  bool next(documents::TextPair& pair) override {
    if (line_ == fails_at_) base::fail("[data] line {}", line_);
    const std::string letter(1, static_cast<char>('a' + line_ % 3));
    pair = {letter + std::string(2000, ' '), letter, "file", line_++};
    return true;
  }
  std::int64_t total() const override { return 1000; }
  std::int64_t consumed() const override { return 0; }

 private:
  std::int64_t line_ = 0, fails_at_;
};

TEST(PairEncoderTest, PairsComeInTheirOrderUntilNoMoreAreWanted) {
  for (const int threads : {1, 3}) {
    EndlessPairs pairs;
    std::int64_t expected = 0;
    encode_pairs(pairs, letters(), {}, threads, [&](EncodedPair& pair) {
      EXPECT_EQ(pair.text.line, expected);
      EXPECT_EQ(pair.source,
                std::vector<std::int32_t>{static_cast<std::int32_t>(2 + expected % 3)});
      return ++expected < 1000;
    });
    EXPECT_EQ(expected, 1000);
  }
}

TEST(PairEncoderTest, ErrorsOfTheTextPass) {
  EndlessPairs pairs(500);
  EXPECT_THROW(encode_pairs(pairs, letters(), {}, 2, [](EncodedPair&) { return true; }), Error);
}

documents::TextPair pair_at(std::string_view file, std::int64_t line) {
  return {"", "", file, line};
}

TEST(SkippedPairsTest, NothingSkippedIsNothingSaid) {
  SkippedPairs skipped;
  skipped.add(pair_at("a", 1), PairFault::none);
  EXPECT_EQ(skipped.total(), 0);
  EXPECT_EQ(skipped.text(), "");
}

TEST(SkippedPairsTest, EachReasonNamesItsFirstPair) {
  SkippedPairs skipped;
  skipped.add(pair_at("a.en", 3), PairFault::empty);
  EXPECT_EQ(skipped.text(), "1 pair skipped: 1 with an empty side (the first: a.en:3)");
  skipped.add(pair_at("a.en", 9), PairFault::empty);
  skipped.add(pair_at("b.en", 1), PairFault::too_long);
  skipped.add(pair_at("b.en", 2), PairFault::ratio);
  skipped.add(pair_at("b.en", 4), PairFault::invalid_utf8);
  EXPECT_EQ(skipped.total(), 5);
  EXPECT_EQ(skipped.text(),
            "5 pairs skipped: 2 with an empty side (the first: a.en:3), 1 longer than "
            "data.max_length (the first: b.en:1), 1 beyond data.max_ratio (the first: b.en:2), 1 "
            "that are not UTF-8 (the first: b.en:4)");
}

}  // namespace
}  // namespace roformer::parallel
