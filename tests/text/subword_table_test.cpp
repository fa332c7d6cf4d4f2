#include "roformer/text/subword_table.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

// Words by spaces: what a kind adds to the table, in its simplest form.
class WordCoder final : public SubwordCoder {
 public:
  explicit WordCoder(SubwordTable table) : SubwordCoder(std::move(table), "words", "Words") {}
  std::uint64_t fingerprint() const override { return hash_with({"model"}); }
  std::shared_ptr<const TokenCoder> lower_cased() const override {
    return std::make_shared<const WordCoder>(lower_cased_table());
  }
  void save(const std::filesystem::path& folder) const override { save_table(folder); }

 protected:
  void encode_line(std::string_view line, Side, std::vector<std::int32_t>& ids) const override {
    ids.push_back(id_of(line));
  }
  std::string join(const std::vector<std::string>& tokens) const override {
    std::string text;
    for (const auto& token : tokens) text += token;
    return text;
  }
};

std::vector<std::int32_t> ids_of(const TokenCoder& coder, std::string_view line) {
  std::vector<std::int32_t> ids;
  coder.encode(line, Side::source, ids, nullptr);
  return ids;
}

TEST(SubwordTable, MariansLayout) {
  const auto table = number_tokens({"a", "</s>", "b", "<pad>"}, "list", {});
  EXPECT_EQ(table.vocabulary.tokens(),
            (std::vector<std::string>{"</s>", "<unk>", "a", "b", "<pad>"}));
  EXPECT_TRUE(tests::has_text(tests::error_message([] {
                                number_tokens({"a", "a"}, "list", {});
                              }),
                              "list: expected each token once"));
}

TEST(SubwordTable, LinesAreMendedAndLowerCased) {
  const WordCoder coder(number_tokens({"\xC3\xA4", "x\xEF\xBF\xBD"}, "list", {}));
  EXPECT_EQ(ids_of(coder, "x\xFF"), std::vector<std::int32_t>{3});
  EXPECT_EQ(ids_of(coder, "\xC3\x84"), std::vector<std::int32_t>{1});
  const auto lower = coder.lower_cased();
  EXPECT_EQ(ids_of(*lower, "\xC3\x84"), std::vector<std::int32_t>{2});
  EXPECT_TRUE(lower->facts().lower_cases && !coder.facts().lower_cases);
  EXPECT_NE(lower->fingerprint(), coder.fingerprint());
}

TEST(SubwordTable, EndAndPaddingAreNoText) {
  const WordCoder coder(number_tokens({"a"}, "list", {}));
  const std::vector<std::int32_t> ids = {2, 1, 3, 2, 0};
  EXPECT_EQ(coder.decode(ids, {}), "a<unk>a");
  EXPECT_EQ(coder.facts().special, (std::vector<bool>{true, true, false, true}));
  EXPECT_EQ(coder.facts().frame.end, std::optional(0));
}

TEST(SubwordTable, SavedAndRead) {
  const tests::TestFolder folder;
  auto table = number_tokens({"a"}, "list", {.source_language = "en", .model_max_length = 100});
  WordCoder(table).save(folder.path());
  const auto again = read_subword_table(TokenizerFolder(folder.path()));
  EXPECT_EQ(again.vocabulary.tokens(), table.vocabulary.tokens());
  EXPECT_EQ(again.settings.source_language, "en");
  EXPECT_EQ(again.settings.target_language, "");
  EXPECT_EQ(again.settings.model_max_length, 100);
  EXPECT_FALSE(again.settings.lower_case);
  EXPECT_EQ(WordCoder(again).fingerprint(), WordCoder(table).fingerprint());
}

TEST(SubwordTable, MissingTokens) {
  SubwordTable table = number_tokens({"a"}, "list", {});
  table.name = "some.json";
  table.pad_token = "[PAD]";
  EXPECT_EQ(tests::error_message([&] { WordCoder{table}; }),
            "[text] some.json: expected the token '[PAD]' but it is missing");
}

}  // namespace
}  // namespace roformer::text
